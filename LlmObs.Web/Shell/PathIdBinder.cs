using LlmObs.Api;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace LlmObs.Web.Shell;

/// <summary>Binds an id that is a part of the path; see <see cref="PathId"/>.</summary>
public sealed class PathIdBinder : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        if (bindingContext.ValueProvider.GetValue(bindingContext.ModelName).FirstValue is { } text)
        {
            bindingContext.Result = ModelBindingResult.Success(PathId.Read(text));
        }

        return Task.CompletedTask;
    }
}
