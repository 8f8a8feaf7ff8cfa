'use strict';

// Runs the official client against an endpoint, and says how each scenario went: one JSON line each on stdout,
// {scenario, ok, error?}. Usage: node run.js {host:port} {appKey} {appSecret} {operatorId} {baseId}
const assert = require('node:assert/strict');
const { Config } = require('@alicloud/openapi-client');
const { RuntimeOptions } = require('@alicloud/tea-util');
const oauth = require('@alicloud/dingtalk/oauth2_1_0');
const notable = require('@alicloud/dingtalk/notable_1_0');

const [endpoint, appKey, appSecret, operatorId, baseId] = process.argv.slice(2);
const config = () => new Config({ protocol: 'http', regionId: 'central', endpoint });
const runtime = new RuntimeOptions({ autoretry: false });
const tables = new notable.default(config());
const state = {};

const asked = (name) => new notable[`${name}Headers`]({ xAcsDingtalkAccessToken: state.token });

const scenarios = {
  async token() {
    const answer = await new oauth.default(config()).getAccessToken(new oauth.GetAccessTokenRequest({ appKey, appSecret }));
    assert.equal(answer.body.expireIn, 7200);
    state.token = answer.body.accessToken;
  },
  async sheets() {
    const fields = [
      new notable.CreateSheetRequestFields({ name: 'Question', type: 'text' }),
      new notable.CreateSheetRequestFields({ name: 'Label', type: 'singleSelect', property: { choices: [{ name: 'yes' }, { name: 'no' }] } }),
    ];
    const made = await tables.createSheetWithOptions(baseId, new notable.CreateSheetRequest({ operatorId, name: 'client', fields }), asked('CreateSheet'), runtime);
    state.sheet = made.body.id;
    const all = await tables.getAllSheetsWithOptions(baseId, new notable.GetAllSheetsRequest({ operatorId }), asked('GetAllSheets'), runtime);
    assert.deepEqual(all.body.value.filter((sheet) => sheet.id === state.sheet).map((sheet) => sheet.name), ['client']);
  },
  async fields() {
    await tables.createFieldWithOptions(baseId, state.sheet, new notable.CreateFieldRequest({ operatorId, name: 'Note', type: 'text' }), asked('CreateField'), runtime);
    const all = await tables.getAllFieldsWithOptions(baseId, state.sheet, new notable.GetAllFieldsRequest({ operatorId }), asked('GetAllFields'), runtime);
    assert.deepEqual(all.body.value.map((field) => [field.name, field.type]), [['Question', 'text'], ['Label', 'singleSelect'], ['Note', 'text']]);
  },
  async insert() {
    const records = [{ fields: { Question: 'one', Label: 'yes' } }, { fields: { Question: 'two' } }].map((record) => new notable.InsertRecordsRequestRecords(record));
    const made = await tables.insertRecordsWithOptions(baseId, state.sheet, new notable.InsertRecordsRequest({ operatorId, records }), asked('InsertRecords'), runtime);
    state.records = made.body.value.map((record) => record.id);
    assert.equal(state.records.length, 2);
  },
  async update() {
    const records = [new notable.UpdateRecordsRequestRecords({ id: state.records[1], fields: { Label: 'no' } })];
    const changed = await tables.updateRecordsWithOptions(baseId, state.sheet, new notable.UpdateRecordsRequest({ operatorId, records }), asked('UpdateRecords'), runtime);
    assert.deepEqual(changed.body.value.map((record) => record.id), [state.records[1]]);
  },
  async list() {
    const seen = [];
    for (let nextToken; ; ) {
      const page = await tables.listRecordsWithOptions(baseId, state.sheet, new notable.ListRecordsRequest({ operatorId, maxResults: 1, nextToken }), asked('ListRecords'), runtime);
      seen.push(...page.body.records.map((record) => [record.fields.Question, record.fields.Label.name]));
      nextToken = page.body.nextToken;
      if (!page.body.hasMore) break;
    }
    assert.deepEqual(seen, [['one', 'yes'], ['two', 'no']]);
  },
  async refusals() {
    const wrong = [new notable.UpdateRecordsRequestRecords({ id: state.records[0], fields: { Label: 'maybe' } })];
    await assert.rejects(
      tables.updateRecordsWithOptions(baseId, state.sheet, new notable.UpdateRecordsRequest({ operatorId, records: wrong }), asked('UpdateRecords'), runtime),
      (error) => error.code === 'InvalidParameter.Option',
    );
    await assert.rejects(
      tables.getAllSheetsWithOptions(baseId, new notable.GetAllSheetsRequest({}), asked('GetAllSheets'), runtime),
      (error) => error.code === 'MissingoperatorId',
    );
  },
  async deletes() {
    const gone = await tables.deleteRecordsWithOptions(baseId, state.sheet, new notable.DeleteRecordsRequest({ operatorId, recordIds: state.records }), asked('DeleteRecords'), runtime);
    assert.equal(gone.body.success, true);
  },
};

async function main() {
  // In order: later ones read what earlier ones wrote.
  for (const [scenario, run] of Object.entries(scenarios)) {
    const line = { scenario, ok: true };
    try {
      await run();
    } catch (error) {
      line.ok = false;
      line.error = String(error && error.stack ? error.stack : error);
    }
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

main();
