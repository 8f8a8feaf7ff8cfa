using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace LlmObs.Web.Shell;

/// <summary>An id that is a part of the path. The server leaves <c>%2F</c> there as it stands, since a slash would part the path; in an id it is a slash.</summary>
public sealed class PathIdBinder : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        if (bindingContext.ValueProvider.GetValue(bindingContext.ModelName).FirstValue is { } text)
        {
            bindingContext.Result = ModelBindingResult.Success(text.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));
        }

        return Task.CompletedTask;
    }
}
