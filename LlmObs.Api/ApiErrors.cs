using LlmObs.Sls;
using LlmObs.Storage;
using LlmObs.TraceLog;
using Microsoft.AspNetCore.Http;

namespace LlmObs.Api;

/// <summary>Says what was wrong with a request (400, with the field), or what is away (503).</summary>
internal sealed class ApiErrors : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        try
        {
            return await next(invocation);
        }
        catch (ApiArgumentException exception)
        {
            return Results.Problem(exception.Message, statusCode: StatusCodes.Status400BadRequest, extensions: Extra("field", exception.Parameter));
        }
        catch (StorageUnavailableException exception)
        {
            invocation.HttpContext.Response.Headers.RetryAfter = "5";
            return Results.Problem(exception.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (QueryException exception)
        {
            return Results.Problem(
                $"query: {exception.Message}",
                statusCode: StatusCodes.Status400BadRequest,
                extensions: Extra("position", exception.Position)
            );
        }
        catch (SlsException exception) when (exception.IsRetryable)
        {
            invocation.HttpContext.Response.Headers.RetryAfter = "5";
            return Results.Problem(
                $"Search is away: {exception.Message} Traces by id still work.",
                statusCode: StatusCodes.Status503ServiceUnavailable
            );
        }
        catch (SlsException exception)
        {
            return Results.Problem($"SLS refused the query ({exception.Code}): {exception.Message}", statusCode: StatusCodes.Status400BadRequest);
        }
    }

    private static Dictionary<string, object?> Extra(string name, object value) => new() { [name] = value };
}
