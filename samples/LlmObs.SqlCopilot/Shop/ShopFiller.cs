using Npgsql;

namespace LlmObs.SqlCopilot.Shop;

/// <summary>Copies a <see cref="ShopWorld"/> into the tables of shop.sql.</summary>
internal static class ShopFiller
{
    public static async Task FillAsync(NpgsqlConnection connection, ShopWorld world, CancellationToken cancellationToken)
    {
        DateOnly Ago(int days) => DateOnly.FromDateTime(world.Orders[^1].At).AddDays(-days);

        await CopyAsync(connection, "channels", ShopWorld.Channels.Select(c => new object[] { c.Id, c.Code, c.Name, c.NameEn }), cancellationToken);
        await CopyAsync(
            connection,
            "stores",
            ShopWorld.Stores.Select(s => new object[] { s.Id, s.Name, s.NameEn, s.City, s.CityEn, Ago(s.OpenedDaysAgo) }),
            cancellationToken
        );
        await CopyAsync(
            connection,
            "products",
            ShopWorld.Products.Select(p => new object[] { p.Id, p.Name, p.NameEn, p.Category, p.CategoryEn, p.Price }),
            cancellationToken
        );
        await CopyAsync(
            connection,
            "users",
            world.Users.Select(u => new object[] { u.Id, u.Name, u.City, u.Level, Ago(u.RegisteredDaysAgo) }),
            cancellationToken
        );
        await CopyAsync(
            connection,
            "orders",
            world.Orders.Select(o => new object[] { o.Id, o.Member, o.Store, o.Channel, o.Status, o.At, o.Paid, o.Discount }),
            cancellationToken
        );
        await CopyAsync(
            connection,
            "order_items",
            world.Lines.Select(l => new object[] { l.Order, l.Product, l.Quantity, l.UnitPrice, l.Quantity * l.UnitPrice }),
            cancellationToken
        );
        await CopyAsync(
            connection,
            "refunds",
            world.Refunds.Select(r => new object[] { r.Id, r.Order, r.Amount, r.Reason, r.At }),
            cancellationToken
        );
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string table, IEnumerable<object[]> rows, CancellationToken cancellationToken)
    {
        await using var import = await connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var row in rows)
        {
            await import.WriteRowAsync(cancellationToken, row);
        }

        await import.CompleteAsync(cancellationToken);
    }
}
