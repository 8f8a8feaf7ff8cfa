using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.IntegrationTests.Ingest;

/// <summary>What a client sees over HTTP, and what is kept.</summary>
public sealed class OtlpHttpTests(IngestDatabase database) : IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private IngestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await (await IngestServer.StartAsync(database)).ReadyAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Keeps_what_it_answers_200_for(string? encoding)
    {
        var body = OtlpBodies.Request(OtlpBodies.Span());
        var sent = encoding switch
        {
            "gzip" => OtlpBodies.Gzip(body),
            "deflate" => OtlpBodies.Deflate(body),
            _ => body,
        };
        using var response = await _server.Http.SendAsync(OtlpBodies.Http(sent, encoding: encoding), Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/x-protobuf", response.Content.Headers.ContentType!.MediaType);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancel));
        var span = Assert.Single(await _server.TraceAsync("default", OtlpBodies.TraceHex)).Span;
        Assert.Equal(("chat m", 5.0), (span.Name, span.DurationMs));
    }

    [Theory]
    [InlineData("/v1/traces")]
    [InlineData("/v1/logs")]
    [InlineData("/v1/metrics")]
    [InlineData("/api/public/otel/v1/traces")]
    [InlineData("/api/public/otel/v1/metrics")]
    public async Task Takes_an_empty_request_on_every_path_in_both_encodings(string path)
    {
        using var json = await _server.Http.SendAsync(OtlpBodies.Http("{}"u8.ToArray(), "application/json; charset=utf-8", path: path), Cancel);
        Assert.Equal((HttpStatusCode.OK, "{ }"), (json.StatusCode, await json.Content.ReadAsStringAsync(Cancel)));
        Assert.Equal("application/json", json.Content.Headers.ContentType!.MediaType);
        using var protobuf = await _server.Http.SendAsync(OtlpBodies.Http([], path: path), Cancel);
        Assert.Equal(HttpStatusCode.OK, protobuf.StatusCode);
    }

    [Fact]
    public async Task Rejects_a_bad_span_alone_and_says_why()
    {
        var wrong = OtlpBodies.Span(spanId: [1, 2, 3]);
        var zero = OtlpBodies.Span(spanId: new byte[8]);
        using var response = await _server.Http.SendAsync(OtlpBodies.Http(OtlpBodies.Request(wrong, OtlpBodies.Span(), zero)), Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var partial = ExportTraceServiceResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync(Cancel)).PartialSuccess;
        Assert.Equal(2, partial.RejectedSpans);
        Assert.Contains("spans[0]: spanId has 3 bytes where 8 are needed", partial.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("spans[2]: spanId is all zeros", partial.ErrorMessage, StringComparison.Ordinal);
        Assert.Single(await _server.TraceAsync("default", OtlpBodies.TraceHex));
    }

    [Fact]
    public async Task Tells_a_partial_success_in_JSON_with_the_count_as_text()
    {
        var body = OtlpBodies.Json(
            $$"""{"traceId":"{{OtlpBodies.TraceHex}}","spanId":"b7ad6b7169203331","name":"a"},{"traceId":"xyz","spanId":"b7ad6b7169203332","name":"b"}"""
        );
        using var response = await _server.Http.SendAsync(OtlpBodies.Http(Encoding.UTF8.GetBytes(body), "application/json"), Cancel);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("1", answer.RootElement.GetProperty("partialSuccess").GetProperty("rejectedSpans").GetString());
        Assert.Contains(
            "traceId is missing, or is not 32 hex digits",
            answer.RootElement.GetProperty("partialSuccess").GetProperty("errorMessage").GetString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Refuses_a_request_whose_every_span_is_bad() =>
        await ExpectAsync(
            OtlpBodies.Http(OtlpBodies.Request(OtlpBodies.Span(spanId: [1]))),
            HttpStatusCode.BadRequest,
            "None of the 1 spans can be kept"
        );

    [Fact]
    public async Task Refuses_bytes_that_are_no_protobuf() =>
        await ExpectAsync(OtlpBodies.Http("this is no protobuf"u8.ToArray()), HttpStatusCode.BadRequest, "not a protobuf message");

    [Theory]
    [InlineData("""{"resourceSpans":"x"}""", "resourceSpans: expected a list, found a string")]
    [InlineData("""{"resourceSpans":[{"resource":"x"}]}""", "resourceSpans[0].resource: expected an object, found a string")]
    [InlineData(
        """{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":{"a":1}}]}]}]}""",
        "resourceSpans[0].scopeSpans[0].spans[0].attributes: expected a list, found an object"
    )]
    [InlineData(
        """{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":-5}]}]}]}""",
        "startTimeUnixNano: expected a whole number of nanoseconds, not negative, found the number -5"
    )]
    [InlineData("""{"resourceSpans":[""", "not JSON")]
    [InlineData("", "not JSON")]
    public async Task Names_the_field_that_is_wrong_in_JSON(string body, string message) =>
        await ExpectAsync(OtlpBodies.Http(Encoding.UTF8.GetBytes(body), "application/json"), HttpStatusCode.BadRequest, message);

    [Fact]
    public async Task Refuses_200_MB_without_reading_them() =>
        await ExpectAsync(OtlpBodies.Http(new byte[200 * 1024 * 1024]), HttpStatusCode.RequestEntityTooLarge, "Ingest:MaxBodyBytes");

    [Fact]
    public async Task Stops_a_gzip_bomb_at_the_limit() =>
        await ExpectAsync(
            OtlpBodies.Http(OtlpBodies.Gzip(new byte[300 * 1024 * 1024]), encoding: "gzip"),
            HttpStatusCode.RequestEntityTooLarge,
            "when inflated is larger than 67108864 bytes"
        );

    [Fact]
    public async Task Refuses_a_stream_that_is_not_gzip() =>
        await ExpectAsync(OtlpBodies.Http("plain"u8.ToArray(), encoding: "gzip"), HttpStatusCode.BadRequest, "The body is not gzip");

    [Theory]
    [InlineData("text/plain", null, "Content-Type 'text/plain'")]
    [InlineData("application/x-protobuf", "br", "Content-Encoding 'br'")]
    public async Task Refuses_unknown_types_and_encodings(string type, string? encoding, string message) =>
        await ExpectAsync(OtlpBodies.Http([], type, encoding), HttpStatusCode.UnsupportedMediaType, message);

    [Fact]
    public async Task Answers_other_methods_with_the_one_allowed()
    {
        using var response = await _server.Http.GetAsync("/v1/traces", Cancel);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("Bearer", "key-of-the-tests-0123456789")]
    [InlineData("Basic", "cHVibGljOmtleS1vZi10aGUtdGVzdHMtMDEyMzQ1Njc4OQ==")]
    public async Task Puts_spans_into_the_project_of_their_key(string scheme, string credentials)
    {
        var request = OtlpBodies.Http(OtlpBodies.Request(OtlpBodies.Span()));
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, credentials);
        using var response = await _server.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Single(await _server.TraceAsync("shop", OtlpBodies.TraceHex));
        Assert.Empty(await _server.TraceAsync("default", OtlpBodies.TraceHex));
    }

    [Fact]
    public async Task Tells_unknown_keys_and_keys_without_the_right_apart()
    {
        var unknown = OtlpBodies.Http([]);
        unknown.Headers.Add("x-api-key", "nobody's");
        using var response = await _server.Http.SendAsync(unknown, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Basic", Assert.Single(response.Headers.WwwAuthenticate).Scheme);

        var reader = OtlpBodies.Http([]);
        reader.Headers.Add("x-api-key", IngestServer.ReadOnlyKey);
        await ExpectAsync(reader, HttpStatusCode.Forbidden, "may not send");
    }

    [Fact]
    public async Task Keeps_the_rest_of_a_batch_with_text_that_cannot_be_stored()
    {
        var nul = OtlpBodies.Span("nul\0name", OtlpBodies.SpanIdOf(1));
        nul.Attributes.Add(
            new KeyValue
            {
                Key = "user.id",
                Value = new AnyValue { StringValue = "a\0b" },
            }
        );
        var bytes = OtlpBodies.Request(OtlpBodies.Span("good", OtlpBodies.SpanIdOf(2)), OtlpBodies.Span("badXbytes", OtlpBodies.SpanIdOf(3)), nul);
        bytes[bytes.AsSpan().IndexOf("badX"u8) + 3] = 0xFF;
        using var response = await _server.Http.SendAsync(OtlpBodies.Http(bytes), Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var kept = (await _server.TraceAsync("default", OtlpBodies.TraceHex)).ToDictionary(record => record.Span.SpanId[^1]);
        Assert.Equal(3, kept.Count);
        Assert.Equal(("good", 0), (kept['2'].Span.Name, kept['2'].Content.Notes.Count));
        Assert.Equal("bad\uFFFDbytes", kept['3'].Span.Name);
        Assert.Contains("not valid UTF-8", Assert.Single(kept['3'].Content.Notes), StringComparison.Ordinal);
        Assert.Equal(("nul\uFFFDname", "a\uFFFDb"), (kept['1'].Span.Name, kept['1'].Span.UserId));
        Assert.Contains(kept['1'].Content.Notes, note => note.Contains("NUL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0", "0", "the time of receipt")]
    [InlineData("1000", "2000", null)]
    [InlineData("9223286400000000000", "9223286400000000001", null)]
    [InlineData("18446744073709551615", "18446744073709551615", "later than the year 2262")]
    [InlineData("1795421229000000005", "1795421229000000000", "5 ns before the start")]
    public async Task Keeps_spans_of_odd_times_and_notes_what_it_changed(string start, string end, string? note)
    {
        var body = OtlpBodies.Json(
            $$"""{"traceId":"{{OtlpBodies.TraceHex}}","spanId":"b7ad6b7169203331","name":"a","startTimeUnixNano":"{{start}}","endTimeUnixNano":"{{end}}"}"""
        );
        using var response = await _server.Http.SendAsync(OtlpBodies.Http(Encoding.UTF8.GetBytes(body), "application/json"), Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        var record = Assert.Single(await _server.TraceAsync("default", OtlpBodies.TraceHex));
        Assert.True(record.Span.DurationNano >= 0);
        if (note is null)
        {
            Assert.Equal($"{start}-{end}", $"{record.Span.StartUnixNano}-{record.Span.EndUnixNano}");
            Assert.Empty(record.Content.Notes);
        }
        else
        {
            Assert.Contains(record.Content.Notes, text => text.Contains(note, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Tells_clients_to_come_again_while_PostgreSQL_is_away()
    {
        await using var server = await IngestServer.StartAsync(database, "Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2");
        using var response = await server.Http.SendAsync(OtlpBodies.Http(OtlpBodies.Request(OtlpBodies.Span())), Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
    }

    private async Task ExpectAsync(HttpRequestMessage request, HttpStatusCode status, string message)
    {
        using var response = await _server.Http.SendAsync(request, Cancel);
        var isJson = response.Content.Headers.ContentType!.MediaType == "application/json";
        var told = isJson
            ? Google.Protobuf.JsonParser.Default.Parse<LlmObs.Ingest.Otlp.Protos.Rpc.Status>(await response.Content.ReadAsStringAsync(Cancel))
            : LlmObs.Ingest.Otlp.Protos.Rpc.Status.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(status, response.StatusCode);
        Assert.Contains(message, told.Message, StringComparison.Ordinal);
        Assert.Null(response.Headers.RetryAfter);
    }
}
