using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage.Access;

/// <summary>Keeps the keys that protect cookies in PostgreSQL, so that a login outlives a restart and is good at every replica.</summary>
internal sealed class DataProtectionKeys(Database database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() =>
        database.Run(connection => connection.Query<string>("SELECT xml FROM data_protection_keys ORDER BY id").Select(XElement.Parse).ToList());

    public void StoreElement(XElement element, string friendlyName) =>
        database.Run(connection =>
            connection.Execute(
                "INSERT INTO data_protection_keys (name, xml) VALUES (@friendlyName, @xml)",
                new { friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) }
            )
        );
}

public static class DataProtectionKeysExtensions
{
    /// <summary>Keeps the key ring in PostgreSQL. Use it as <c>services.AddDataProtection().PersistKeysToLlmObsStorage()</c>, after <c>AddLlmObsStorage</c>.</summary>
    public static IDataProtectionBuilder PersistKeysToLlmObsStorage(this IDataProtectionBuilder builder)
    {
        builder.SetApplicationName("LlmObs");
        builder.Services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(services => new ConfigureOptions<KeyManagementOptions>(options =>
            options.XmlRepository = new DataProtectionKeys(services.GetRequiredService<Database>())
        ));
        return builder;
    }
}
