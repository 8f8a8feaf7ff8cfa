'use strict';

// @alicloud/sls20201230: signature V4 through its gateway, chunked bodies, typed models. It cannot write and cannot pull (see below),
// so what it reads is written by @alicloud/log.
const Log = require('@alicloud/log');
const Sls = require('@alicloud/sls20201230');
const { Config } = require('@alicloud/openapi-client');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const $dara = require('@darabonba/typescript');

const Client = Sls.default;
const token = [',', ' ', "'", '"', ';', '=', '(', ')', '[', ']', '{', '}', '?', '@', '&', '<', '>', '/', ':', '\n', '\t', '\r'];
const packId = (number) => `1A2B3C4D5E6F7788-${number.toString(16).toUpperCase()}`;

// The typed model of a key writes docValue, jsonKeys, indexAll, maxDepth where the service's own names have underscores.
const index = () =>
  new Sls.CreateIndexRequest({
    body: new Sls.Index({
      line: new Sls.IndexLine({ token, caseSensitive: false, chn: true }),
      keys: {
        service: new Sls.IndexKey({ type: 'text', token, docValue: true, caseSensitive: false, chn: false }),
        msg: new Sls.IndexKey({ type: 'text', token, docValue: true, chn: true }),
        status: new Sls.IndexKey({ type: 'long', docValue: true }),
        attribute: new Sls.IndexKey({
          type: 'json',
          token,
          docValue: true,
          indexAll: true,
          maxDepth: -1,
          jsonKeys: { tokens: new Sls.IndexJsonKey({ type: 'long', docValue: true }) },
        }),
      },
    }),
  });

const code = (expected) => (error) => error.code === expected || String(error).includes(expected);

module.exports = {
  name: 'sls20201230',

  connect: ({ endpoint, accessKeyId, accessKeySecret }) =>
    new Client(new Config({ accessKeyId, accessKeySecret, endpoint, protocol: 'http', regionId: 'cn-hangzhou', signatureVersion: 'v4' })),

  scenarios: {
    async projects(client, { project }, assert) {
      await client.createProject(new Sls.CreateProjectRequest({ projectName: project, description: 'made by sls20201230' }));
      assert.equal((await client.getProject(project)).body.projectName, project);
      await client.updateProject(project, new Sls.UpdateProjectRequest({ description: 'changed' }));
      const { body } = await client.listProject(new Sls.ListProjectRequest({ projectName: project, offset: 0, size: 10 }));
      assert.deepEqual(body.projects.map((found) => [found.projectName, found.description]), [[project, 'changed']]);
    },

    async logstores(client, { project, logstore }, assert) {
      await client.createLogStore(project, new Sls.CreateLogStoreRequest({ logstoreName: logstore, ttl: 3, shardCount: 1, mode: 'standard' }));
      await client.updateLogStore(project, logstore, new Sls.UpdateLogStoreRequest({ logstoreName: logstore, ttl: 30, shardCount: 1 }));
      assert.equal((await client.getLogStore(project, logstore)).body.ttl, 30);
      assert.deepEqual((await client.listLogStores(project, new Sls.ListLogStoresRequest({ offset: 0, size: 10 }))).body.logstores, [logstore]);
      await assert.rejects(client.getLogStore(project, 'nothing'), code('LogStoreNotExist'));
    },

    async index(client, { project, logstore }, assert) {
      await assert.rejects(client.getIndex(project, logstore), code('IndexConfigNotExist'));
      await client.createIndex(project, logstore, index());
      await assert.rejects(client.createIndex(project, logstore, index()), code('IndexAlreadyExist'));
      await client.updateIndex(project, logstore, new Sls.UpdateIndexRequest({ body: index().body }));
      assert.equal((await client.getIndex(project, logstore)).body.keys.status.type, 'long');
    },

    // Its gateway has no protobuf: it fails before anything is sent.
    async cannotPut(client, { project, logstore, time }, assert) {
      const body = new Sls.LogGroup({ logItems: [new Sls.LogItem({ time, contents: [new Sls.LogContent({ key: 'a', value: 'b' })] })] });
      await assert.rejects(client.putLogs(project, logstore, new Sls.PutLogsRequest({ body })), TypeError);
    },

    async putByTheOther(client, { endpoint, accessKeyId, accessKeySecret, project, logstore, time }) {
      const writer = new Log({ accessKeyId, accessKeySecret, endpoint: `http://${endpoint}` });
      const put = (pack, ...logs) => writer.postLogStoreLogs(project, logstore, { topic: 'web', source: '10.0.0.1', tags: [{ __pack_id__: packId(pack) }], logs });
      await put(
        9,
        { timestamp: time, content: { service: 'gateway', status: '200', msg: '上海 ok', attribute: '{"tokens":120,"model":"qwen-max"}' } },
        { timestamp: time + 1, content: { service: 'billing', status: '500', msg: "it's (broken)! *really*" } },
      );
      await put(16, { timestamp: time + 2, content: { service: 'gateway', status: '503', msg: 'later' } });
    },

    async search(client, { project, logstore, time }, assert) {
      const find = async (query, more) =>
        (await client.getLogs(project, logstore, new Sls.GetLogsRequest({ from: time - 60, to: time + 60, query, line: 100, offset: 0, ...more }))).body;
      assert.deepEqual((await find('service: gateway')).map((log) => log.status), ['200', '503']);
      assert.deepEqual((await find('status >= 500', { reverse: true })).map((log) => log.status), ['503', '500']);
      assert.deepEqual((await find('上海')).map((log) => log.service), ['gateway']);
    },

    // docValue and jsonKeys in the index took effect: a comparison and a word below the JSON key are found.
    async camelCaseIndex(client, { project, logstore, time }, assert) {
      const find = async (query) =>
        (await client.getLogs(project, logstore, new Sls.GetLogsRequest({ from: time - 60, to: time + 60, query, line: 100, offset: 0 }))).body;
      assert.deepEqual((await find('attribute.tokens > 100 and attribute.model: qwen-max')).map((log) => log.service), ['gateway']);
      assert.deepEqual(await find('* | select sum("attribute.tokens") as n'), [{ n: '120' }]);
    },

    async searchByPost(client, { project, logstore, time }, assert) {
      const { body } = await client.getLogsV2(
        project,
        logstore,
        new Sls.GetLogsV2Request({ acceptEncoding: 'lz4', from: time - 60, to: time + 60, query: 'service: billing', line: 10, offset: 0 }),
      );
      assert.equal(body.meta.progress, 'Complete');
      assert.deepEqual(body.data.map((log) => log.status), ['500']);
    },

    // This client signs GET values with JavaScript's escaping, where the rule wants RFC 3986: the server has to try that spelling as well.
    async wrongEscapes(client, { project, logstore, time }, assert) {
      const query = `msg: "it's (broken)!" or msg: no* or msg: nothi*`;
      const { body } = await client.getLogs(project, logstore, new Sls.GetLogsRequest({ from: time - 60, to: time + 60, query, line: 10, offset: 0 }));
      assert.deepEqual(body.map((log) => log.service), ['billing']);
    },

    async sql(client, { project, logstore, time }, assert) {
      const query = '* | select service, count(*) as n group by service order by service';
      const { body } = await client.getLogs(project, logstore, new Sls.GetLogsRequest({ from: time - 60, to: time + 60, query }));
      assert.deepEqual(body, [
        { service: 'billing', n: '1' },
        { service: 'gateway', n: '2' },
      ]);
    },

    async projectSql(client, { project, logstore, time }, assert) {
      const query = `select count(*) as n from ${logstore} where __time__ >= ${time} and __time__ < ${time + 60}`;
      assert.deepEqual((await client.getProjectLogs(project, new Sls.GetProjectLogsRequest({ query }))).body, [{ n: '3' }]);
    },

    async histogram(client, { project, logstore, time }, assert) {
      const request = new Sls.GetHistogramsRequest({ from: time - 60, to: time + 60, query: 'service: gateway' });
      const { body } = await client.getHistograms(project, logstore, request);
      assert.equal(body.reduce((sum, part) => sum + part.count, 0), 2);
      assert.deepEqual([body[0].from, body.at(-1).to], [time - 60, time + 60]);
    },

    async context(client, { project, logstore, time }, assert) {
      const query = 'service: billing|with_pack_meta';
      const request = new Sls.GetLogsRequest({ from: time - 60, to: time + 60, query, line: 1, offset: 0 });
      const [anchor] = (await client.getLogs(project, logstore, request)).body;
      const { body } = await client.getContextLogs(
        project,
        logstore,
        new Sls.GetContextLogsRequest({ packId: anchor['__tag__:__pack_id__'], packMeta: anchor.__pack_meta__, backLines: 5, forwardLines: 5 }),
      );
      assert.deepEqual(
        body.logs.map((log) => [log.__index_number__, log.status]),
        [
          ['-1', '200'],
          ['0', '500'],
          ['1', '503'],
        ],
      );
      assert.deepEqual([body.totalLines, body.backLines, body.forwardLines, body.progress], [3, 1, 1, 'Complete']);
    },

    async cursors(client, { project, logstore, time }, assert) {
      const { body } = await client.getCursor(project, logstore, '0', new Sls.GetCursorRequest({ from: 'begin' }));
      const at = await client.getCursorTime(project, logstore, '0', new Sls.GetCursorTimeRequest({ cursor: body.cursor }));
      assert.ok(Math.abs(at.body.cursorTime - time) < 300, String(at.body.cursorTime));
    },

    // Its PullLogs leaves the project out of the address, and would read protobuf as JSON.
    async cannotPull(client, { project, logstore }, assert) {
      const { body } = await client.getCursor(project, logstore, '0', new Sls.GetCursorRequest({ from: 'begin' }));
      const pull = client.pullLogs(project, logstore, '0', new Sls.PullLogsRequest({ cursor: body.cursor, count: 100 }));
      await assert.rejects(pull, code('ParameterInvalid'));
    },

    async consumerGroups(client, { project, logstore }, assert) {
      const name = 'readers';
      await client.createConsumerGroup(project, logstore, new Sls.CreateConsumerGroupRequest({ consumerGroup: name, timeout: 60, order: false }));
      const beat = new Sls.ConsumerGroupHeartBeatRequest({ consumer: 'c1', body: [] });
      assert.deepEqual((await client.consumerGroupHeartBeat(project, logstore, name, beat)).body, [0]);
      const { cursor } = (await client.getCursor(project, logstore, '0', new Sls.GetCursorRequest({ from: 'end' }))).body;
      await client.consumerGroupUpdateCheckPoint(
        project,
        logstore,
        name,
        new Sls.ConsumerGroupUpdateCheckPointRequest({ consumer: 'c1', forceSuccess: false, shard: 0, checkpoint: cursor }),
      );
      const { body } = await client.getCheckPoint(project, logstore, name, new Sls.GetCheckPointRequest({}));
      assert.deepEqual(body.map((found) => [found.shard, found.checkpoint, found.consumer]), [[0, cursor, 'c1']]);
      await client.deleteConsumerGroup(project, logstore, name);
    },

    // It has the model of a deletion, but no operation; so the request goes through its gateway by hand.
    async deletionTasks(client, { project, logstore, time }, assert) {
      const path = `/logstores/${logstore}/deletelogtasks`;
      const call = async (method, pathname, body) => {
        const params = { action: 'DeletionTasks', version: '2020-12-30', protocol: 'HTTPS', pathname, method, authType: 'AK', style: 'ROA' };
        return (
          await client.execute(
            new $OpenApiUtil.Params({ ...params, reqBodyType: 'json', bodyType: 'json' }),
            new $OpenApiUtil.OpenApiRequest({ hostMap: { project }, headers: {}, body }),
            new $dara.RuntimeOptions({}),
          )
        ).body;
      };
      const { taskId } = await call('POST', path, { from: time - 60, to: time + 60, query: 'service: billing' });
      let task;
      do {
        task = $dara.cast(await call('GET', `${path}/${taskId}`), new Sls.DeleteLogStoreLogsTask({}));
      } while (task.progress < 100 && task.errorCode === 0);
      assert.deepEqual([task.taskId, task.query, task.from, task.errorCode], [taskId, 'service: billing', time - 60, 0]);
      const { body } = await client.getLogs(project, logstore, new Sls.GetLogsRequest({ from: time - 60, to: time + 60, query: '*', line: 10, offset: 0 }));
      assert.deepEqual(body.map((log) => log.service), ['gateway', 'gateway']);
    },

    async shards(client, { project, logstore }, assert) {
      await client.splitShard(project, logstore, '0', new Sls.SplitShardRequest({ shardCount: 2 }));
      const { body } = await client.listShards(project, logstore);
      assert.deepEqual(body.map((shard) => [shard.shardID, shard.status]), [
        [0, 'readonly'],
        [1, 'readwrite'],
        [2, 'readwrite'],
      ]);
    },

    async signature(client, target, assert) {
      const stranger = module.exports.connect({ ...target, accessKeySecret: 'guess' });
      await assert.rejects(stranger.getProject(target.project), code('SignatureNotMatch'));
    },

    async deletes(client, { project, logstore }, assert) {
      await client.deleteIndex(project, logstore);
      await client.deleteLogStore(project, logstore);
      await client.deleteProject(project, new Sls.DeleteProjectRequest({}));
      await assert.rejects(client.getProject(project), code('ProjectNotExist'));
    },
  },
};
