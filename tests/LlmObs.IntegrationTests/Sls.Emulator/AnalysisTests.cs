namespace LlmObs.IntegrationTests.Sls.Emulator;

public sealed class AnalysisTests(SixLogs logs) : IClassFixture<SixLogs>
{
    [Theory]
    [InlineData("* | select count(*) as pv", "pv=6")]
    [InlineData(
        "service: gateway | select status, count(1) as c from log group by status order by status",
        "status=200 c=1; status=404 c=1; status=500 c=1"
    )]
    [InlineData("service: gateway | select status, count(1) as c group by status order by status", "status=200 c=1; status=404 c=1; status=500 c=1")]
    [InlineData(
        "* | select service, count(*) as c from log group by service order by c desc, service limit 2",
        "service=agent c=2; service=gateway c=2"
    )]
    [InlineData("* | select lower(service) as s, count(*) as c from log group by 1 order by 2 desc limit 1", "s=gateway c=3")]
    [InlineData("* | select count_if(status >= 400) as errors, count(status) as n from log", "errors=2 n=5")]
    [InlineData("* | select round(avg(latency), 2) as a, max(latency) as m from log", "a=197.94 m=830.0")]
    [InlineData("* | select max_by(msg, latency) as slowest from log", "slowest=POST /api/chat timeout error")]
    [InlineData(
        "* | select json_extract_scalar(attribute, '$.gen_ai.request.model') as model, sum(\"attribute.gen_ai.usage.input_tokens\") as tokens from log where attribute is not null group by model order by tokens desc",
        "model=qwen-plus tokens=4000; model=qwen-max tokens=120"
    )]
    [InlineData("* | select __time__ - __time__ % 60 as t, count(*) as c from log group by t order by t", "t=1765432800 c=6")]
    [InlineData(
        "* | select date_format(date_trunc('hour', __time__), '%H:%i') as h, approx_percentile(latency, 0.5) as p from log group by h order by h",
        "h=14:00 p=45.0"
    )]
    [InlineData(
        "* | select service, c, c * 100.0 / sum(c) over () as pct from (select service, count(*) as c from log group by service) order by c desc, service limit 1",
        "service=agent c=2 pct=33.333333333333336"
    )]
    [InlineData(
        "* | with s as (select region, count(*) as c from log group by region) select region from s where c > 1 order by region",
        "region=cn-hangzhou; region=cn-shanghai"
    )]
    [InlineData(
        "* | select service, row_number() over (partition by region order by latency desc) as rn from log where region = 'cn-hangzhou' order by rn",
        "service=gateway rn=1; service=retriever rn=2"
    )]
    [InlineData(
        "* | select regexp_extract(msg, '/api/(\\w+)', 1) as api, count(*) as c from log where msg like '%/api/%' group by api",
        "api=chat c=2"
    )]
    [InlineData("* | select count(*) from \"logs\" where status in (200, 404)", "_col0=4")]
    [InlineData(
        "nothing_has_this | select count(*) as c, count_if(status > 0) as n, sum(status) as s, approx_distinct(service) as d",
        "c=0 n=0 s=null d=0"
    )]
    [InlineData("nothing_has_this | select numeric_histogram(2, latency) as h, to_hex(checksum(service)) as c", "h=null c=null")]
    [InlineData("* | select count_if(status = 500) over (partition by service) as n from log order by n desc limit 1", "n=1")]
    [InlineData(
        "status: 500 | select 7/2, 7/2.0, 7 % 4, 'a' || 'b', if(status > 1, 'x'), if(status < 1, 'x', 'y')",
        "_col0=3 _col1=3.5 _col2=3 _col3=ab _col4=x _col5=y"
    )]
    [InlineData("* | select status from log where status is not null order by latency limit 1, 2", "status=200; status=200")]
    [InlineData("* | select distinct service from log order by service limit 3", "service=Gateway; service=agent; service=gateway")]
    [InlineData(
        "* | select cardinality(merge(s)) as d, sum(cardinality(s)) as n from (select region, approx_set(service) as s from log group by region)",
        "d=4 n=6"
    )]
    [InlineData("* | select approx_distinct(service) as d, arbitrary(user) as u from log", "d=4 u=")]
    [InlineData("* | select min_by(service, latency) as s, sum(status) / count(status) as mean from log", "s=Gateway mean=300")]
    [InlineData("* | select concat_ws from (select coalesce(region, 'none') as concat_ws from log where latency = 99)", "concat_ws=none")]
    [InlineData("* | select to_unixtime(from_unixtime(__time__)) - __time__ as d from log limit 1", "d=0.0")]
    [InlineData("* | select date_format(from_unixtime(1765432800), '%Y-%m-%d %H:%i:%s') as t limit 1", "t=2025-12-11 14:00:00")]
    [InlineData("* | select date_trunc('day', __time__) as d, \"__tag__:__hostname__\" as h from log limit 1", "d=2025-12-11 00:00:00.000 h=node-1")]
    [InlineData(
        "* | select try_cast(service as bigint) as n, cast('5' as bigint) + 1 as m, 1.0E10 as big, true as yes, null as none limit 1",
        "n=null m=6 big=1.0E10 yes=true none=null"
    )]
    [InlineData("* | select count(distinct region) as r, bool_or(status > 400) as b from log having count(*) > 1", "r=3 b=true")]
    [InlineData("* | set session parallel_sql=true; select count(1) as c from log", "c=6")]
    [InlineData(
        "* | select case when status >= 400 then 'bad' else 'good' end as k, count(*) as c from log group by k order by k",
        "k=bad c=2; k=good c=4"
    )]
    [InlineData(
        "* | select split_part(msg, ' ', 1) as w, length(msg) as l, substr(msg, 1, 2) as s, strpos(msg, '查') as p, replace(msg, ' ') as r from log where msg like '订%'",
        "w=订单 l=8 s=订单 p=4 r=订单查询失败"
    )]
    [InlineData(
        "* | select sum(latency) / 2 as half, sum(status) % 7 as m, max(__time__) / 7.0 > 1 as t from log where status = 200",
        "half=78.25 m=5 t=true"
    )]
    [InlineData("* | select date_format(max(__time__), '%Y') as y, from_unixtime(min(__time__)) as f from log", "y=2025 f=2025-12-11 14:00:01.000")]
    [InlineData("* | select service from log group by service having max(region) = 'us-west'", "service=Gateway")]
    [InlineData(
        "* | select region, latest, best from (select \"region\" as region, max(\"status\") as latest, min_by(\"service\", \"status\" + (case when \"service\" = 'gateway' then 0 else 10000000000000000 end)) as best from log where \"region\" is not null group by \"region\") where latest < 500 and best <> 'x' order by region limit 0, 5",
        "region=cn-shanghai latest=200 best=gateway; region=us-west latest=404 best=Gateway"
    )]
    [InlineData(
        "* | select case when strpos(lower(msg), 'timeout') > 0 then substr(msg, (case when strpos(lower(msg), 'timeout') > 3 then strpos(lower(msg), 'timeout') - 3 else 1 end), 10) end as s from log where \"region\" in ('cn-hangzhou') and status >= 500",
        "s=at timeout"
    )]
    [InlineData(
        "* | select date_trunc('hour', from_unixtime(__time__, 'UTC')) as t, count(*) as c from log group by t order by t",
        "t=2025-12-11 06:00:00.000 UTC c=6"
    )]
    [InlineData(
        "* | select from_unixtime(__time__ - __time__ % 3, 'UTC') as t, max(status) as m from log group by t order by t desc limit 1",
        "t=2025-12-11 06:00:06.000 UTC m=200"
    )]
    [InlineData(
        "* | select service, max(from_unixtime(__time__, 'UTC')) as t from log group by service having max(from_unixtime(__time__, 'UTC')) > from_unixtime(1765432802) order by max(from_unixtime(__time__, 'UTC')) desc limit 2",
        "service=agent t=2025-12-11 06:00:06.000 UTC; service=Gateway t=2025-12-11 06:00:04.000 UTC"
    )]
    [InlineData(
        "* | select date_format(t, '%H:%i') as h, to_unixtime(t) - 1765432800 as s, cast(t as varchar) as text from (select from_unixtime(__time__, 'UTC') as t, status from log) where status = 500",
        "h=06:00 s=2.0 text=2025-12-11 06:00:02.000 UTC"
    )]
    [InlineData(
        "* | select max(t) as last, min_by(service, t) as first from (select from_unixtime(__time__, 'UTC') as t, service from log)",
        "last=2025-12-11 06:00:06.000 UTC first=gateway"
    )]
    [InlineData(
        "* | select service, lag(from_unixtime(__time__, 'UTC')) over (partition by service order by from_unixtime(__time__, 'UTC')) as before from log where service = 'agent' order by 2 desc limit 1",
        "service=agent before=2025-12-11 06:00:05.000 UTC"
    )]
    [InlineData(
        "* | select service, numeric_histogram(2, latency) as h from log where latency > 0 group by service order by service limit 2",
        "service=Gateway h={3.2=1.0}; service=agent h={99.0=1.0}"
    )]
    [InlineData(
        "* | select region, window_funnel(60, __time__, service, array['gateway', 'retriever', 'agent']) as levels from log group by region order by levels desc, region",
        "region=cn-hangzhou levels=2; region=cn-shanghai levels=1; region=us-west levels=0; region=null levels=0"
    )]
    [InlineData(
        "* | select levels, count(1) as c from (select region, window_funnel(60, __time__, array[service = 'gateway', service = 'retriever']) as levels from log group by region) group by levels order by levels",
        "levels=0 c=2; levels=1 c=1; levels=2 c=1"
    )]
    [InlineData("nothing_has_this | select window_funnel(60, __time__, service, array['gateway']) as levels", "levels=0")]
    [InlineData("* | select a.service from log a join log b on a.region = b.region and b.status = 500 where a.status = 200", "service=retriever")]
    public async Task Answers(string query, string expected)
    {
        var rows = await logs.Sls.RowsAsync(query);

        Assert.Equal(expected, string.Join("; ", rows.Select(row => string.Join(' ', row.Select(cell => $"{cell.Key}={cell.Value}")))));
    }

    [Theory]
    [InlineData("* | select nope from log", "ColumnNotExists", "Column 'nope' cannot be resolved;please add the column in the index attribute")]
    [InlineData("* | select \"text\" from log", "ColumnNotExists", "Column 'text'")]
    [InlineData("* | select a.nope from (select status from log) a", "ColumnNotExists", "Column 'nope' cannot be resolved")]
    [InlineData("* | select status from log where status = '200'", "bigint, varchar", "")]
    [InlineData("* | select status from log where status in ('200')", "bigint, varchar", "")]
    [InlineData("* | select status from log where service > 5", "VARCHAR", "")]
    [InlineData("* | select status from log limit 2 offset 1", "LIMIT", "")]
    [InlineData("select count(*) from log", "sql query must follow search query,please read syntex doc", "")]
    [InlineData("* | select service, count(*) from log", "GROUP BY", "")]
    [InlineData("* | select cast(service as bigint) from log", "ConversionError", "")]
    [InlineData("* | select status / 0 from log", "Division by zero", "")]
    [InlineData("* | select getenv('HOME')", "does not support the function getenv", "")]
    [InlineData("* | select * from read_csv('/etc/passwd')", "read_csv", "")]
    [InlineData("* | select * from '/etc/passwd'", "/etc/passwd", "")]
    [InlineData("* | select * from duckdb_settings()", "duckdb_settings", "")]
    [InlineData("* | select * from s1.logs", "logs", "")]
    [InlineData("* | select * from information_schema.tables", "tables", "")]
    [InlineData("* | select 1; drop table log", "semicolon", "")]
    [InlineData("* | select * from log limit 10 % ", "", "")]
    [InlineData("* | with recursive r as (select 1 x union all select x + 1 from r) select * from r", "RECURSIVE", "")]
    [InlineData("* | select columns('.*') from log", "does not support", "")]
    [InlineData("* | select count(*) from log where x = $1", "does not support", "")]
    [InlineData("* | select sls_ts(__time__) from log", "sls_ts", "")]
    [InlineData("* | update log set a = 1", "does not support 'update'", "")]
    [InlineData("* | select * from query_table('log')", "query_table", "")]
    [InlineData("* | select * from query('select 1')", "query", "")]
    [InlineData("* | select * from sniff_csv('/etc/passwd')", "sniff_csv", "")]
    [InlineData("* | select * from glob('/etc/*')", "glob", "")]
    [InlineData("* | select * from read_text('/etc/passwd')", "read_text", "")]
    [InlineData("* | select * from read_blob('/etc/passwd')", "read_blob", "")]
    [InlineData("* | select * from read_json('/etc/passwd')", "read_json", "")]
    [InlineData("* | select * from parquet_scan('x.parquet')", "parquet_scan", "")]
    [InlineData("* | select * from 'file.parquet'", "file.parquet", "")]
    [InlineData("* | select * from \"file.parquet\"", "file.parquet", "")]
    [InlineData("* | select * from duckdb_tables()", "duckdb_tables", "")]
    [InlineData("* | select * from found1", "found1", "")]
    [InlineData("* | select getvariable('found1')", "getvariable", "")]
    [InlineData("* | select current_setting('memory_limit')", "current_setting", "")]
    [InlineData("* | attach '/tmp/x.duckdb' as x", "does not support 'attach'", "")]
    [InlineData("* | copy log to '/tmp/x.csv'", "does not support 'copy'", "")]
    [InlineData("* | install httpfs", "does not support 'install'", "")]
    [InlineData("* | load httpfs", "does not support 'load'", "")]
    [InlineData("* | pragma database_list", "does not support 'pragma'", "")]
    [InlineData("* | set session memory_limit='9GB'; select 1", "SyntaxError", "")]
    [InlineData("* | select lpad('x', 1000000000, 'y') from log", "10000", "")]
    [InlineData("* | select rpad('x', 1000000000, 'y') from log", "10000", "")]
    [InlineData("* | select repeat('x', 1000000000) from log", "repeat", "")]
    [InlineData("* | select date_trunc('day', t) from (select from_unixtime(__time__, 'UTC') as t from log)", "ParameterInvalid", "")]
    [InlineData("* | select coalesce(from_unixtime(__time__, 'UTC'), __date__) from log", "ParameterInvalid", "")]
    [InlineData("* | select mobile_city('1') from log", "does not support the function mobile_city", "")]
    public async Task Refuses(string query, string reason, string more)
    {
        var refusal = await logs.Sls.RefusalAsync(query);

        Assert.StartsWith("ParameterInvalid", refusal, StringComparison.Ordinal);
        Assert.Contains(reason, refusal, StringComparison.Ordinal);
        Assert.Contains(more, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("now()")]
    [InlineData("current_timestamp")]
    [InlineData("date_trunc('day', now())")]
    [InlineData("now() - interval '1' day")]
    [InlineData("max(now())")]
    public async Task The_time_of_now_names_its_zone(string expression)
    {
        var answer = await logs.Sls.QueryAsync($"* | select {expression} as t limit 1");

        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} Asia/Shanghai$", (string?)answer["data"]![0]!["t"]);
        Assert.Equal("timestamp with time zone", (string?)answer["meta"]!["columnTypes"]![0]);
    }

    [Fact]
    public async Task Says_columns_and_their_types()
    {
        var meta = (
            await logs.Sls.QueryAsync("* | select service as s, count(*), avg(latency) as a, max(__date__) as d from log group by 1 order by 1")
        )["meta"]!;

        Assert.Equal("""["s","_col1","a","d"]""", meta["keys"]!.ToJsonString());
        Assert.Equal("""["varchar","bigint","double","timestamp"]""", meta["columnTypes"]!.ToJsonString());
        Assert.True((bool?)meta["hasSQL"]);
        Assert.Equal("Complete", (string?)meta["progress"]);
    }
}
