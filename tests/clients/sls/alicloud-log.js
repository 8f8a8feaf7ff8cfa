'use strict';

// @alicloud/log: signature V1 with HMAC-SHA1, GetLogs in its old form, no cursors and no context.
const Client = require('@alicloud/log');

const token = [',', ' ', "'", '"', ';', '=', '(', ')', '[', ']', '{', '}', '?', '@', '&', '<', '>', '/', ':', '\n', '\t', '\r'];
const index = {
  line: { token, caseSensitive: false, chn: true },
  keys: {
    service: { type: 'text', token, doc_value: true, caseSensitive: false, chn: false },
    status: { type: 'long', doc_value: true },
  },
};

const window = ({ time }) => [new Date((time - 60) * 1000), new Date((time + 60) * 1000)];

module.exports = {
  name: 'log',

  connect: ({ endpoint, accessKeyId, accessKeySecret }) => new Client({ accessKeyId, accessKeySecret, endpoint: `http://${endpoint}` }),

  scenarios: {
    async projects(client, { project }, assert) {
      await client.createProject(project, { description: 'made by @alicloud/log' });
      const found = await client.getProject(project);
      assert.equal(found.projectName, project);
      assert.equal(found.status, 'Normal');
      await assert.rejects(client.createProject(project, { description: '' }), { code: 'ProjectAlreadyExist' });
    },

    async logstores(client, { project, logstore }, assert) {
      await client.createLogStore(project, logstore, { ttl: 3, shardCount: 2 });
      await client.updateLogStore(project, logstore, { ttl: 30, shardCount: 2 });
      assert.equal((await client.getLogStore(project, logstore)).ttl, 30);
      assert.deepEqual((await client.listLogStore(project, { logstoreName: 'lo', offset: 0, size: 10 })).logstores, [logstore]);
      await assert.rejects(client.getLogStore(project, 'nothing'), { code: 'LogStoreNotExist' });
    },

    async index(client, { project, logstore }, assert) {
      await assert.rejects(client.getIndexConfig(project, logstore), { code: 'IndexConfigNotExist' });
      await client.createIndex(project, logstore, { line: index.line });
      await assert.rejects(client.createIndex(project, logstore, index), { code: 'IndexAlreadyExist' });
      await client.updateIndex(project, logstore, index);
      assert.equal((await client.getIndexConfig(project, logstore)).keys.status.type, 'long');
    },

    async put(client, { project, logstore, time }) {
      await client.postLogStoreLogs(project, logstore, {
        topic: 'web',
        source: '10.0.0.1',
        tags: [{ host: 'h1' }],
        logs: [
          { timestamp: time, timestampNsPart: 5, content: { service: 'gateway', status: '200', msg: '上海 ok' } },
          { timestamp: time + 1, content: { service: 'billing', status: '500', msg: "it's (broken)! *really*" } },
          { timestamp: time + 2, content: { service: 'gateway', status: '503', msg: 'later' } },
        ],
      });
    },

    async search(client, target, assert) {
      const { project, logstore, time } = target;
      const find = (query, data) => client.getLogs(project, logstore, ...window(target), { query, topic: '', line: 100, offset: 0, reverse: false, ...data });
      assert.deepEqual((await find('service: gateway')).map((log) => log.status), ['200', '503']);
      assert.deepEqual((await find('status >= 500', { reverse: true })).map((log) => log.status), ['503', '500']);
      assert.deepEqual((await find('*', { line: 1, offset: 1 })).map((log) => log.service), ['billing']);
      const [first] = await find('上海');
      assert.deepEqual(
        [first.__time__, first.__topic__, first.__source__, first['__tag__:host'], first.msg],
        [String(time), 'web', '10.0.0.1', 'h1', '上海 ok'],
      );
      await assert.rejects(find('service: ('), { code: 'ParameterInvalid' });
    },

    // Characters that JavaScript's escape leaves alone, signed decoded.
    async punctuation(client, target, assert) {
      const { project, logstore } = target;
      const logs = await client.getLogs(project, logstore, ...window(target), { query: `"it's (broken)!" not nothi*` });
      assert.deepEqual(logs.map((log) => log.service), ['billing']);
    },

    async sql(client, target, assert) {
      const { project, logstore } = target;
      const rows = await client.getLogs(project, logstore, ...window(target), {
        query: '* | select service, count(*) as n, max(status) as worst group by service order by service',
      });
      assert.deepEqual(rows, [
        { service: 'billing', n: '1', worst: '500' },
        { service: 'gateway', n: '2', worst: '503' },
      ]);
    },

    async projectSql(client, { project, logstore, time }, assert) {
      const rows = await client.getProjectLogs(project, {
        query: `select count(*) as n from ${logstore} where __time__ >= ${time} and __time__ < ${time + 60}`,
      });
      assert.deepEqual(rows, [{ n: '3' }]);
    },

    async histogram(client, target, assert) {
      const { project, logstore, time } = target;
      const parts = await client.getHistograms(project, logstore, ...window(target), { query: 'service: gateway' });
      assert.equal(parts.reduce((sum, part) => sum + part.count, 0), 2);
      assert.deepEqual([parts[0].from, parts.at(-1).to], [time - 60, time + 60]);
      parts.slice(1).forEach((part, i) => assert.equal(part.from, parts[i].to));
    },

    async signature({ endpoint }, target, assert) {
      const stranger = new Client({ accessKeyId: target.accessKeyId, accessKeySecret: 'guess', endpoint: `http://${endpoint}` });
      await assert.rejects(stranger.getProject(target.project), { code: 'SignatureNotMatch' });
    },

    async deletes(client, { project, logstore }, assert) {
      await client.deleteIndex(project, logstore);
      await client.deleteLogStore(project, logstore);
      await client.deleteProject(project);
      await assert.rejects(client.getProject(project), { code: 'ProjectNotExist' });
    },
  },
};
