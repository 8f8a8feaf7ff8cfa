namespace LlmObs.SqlCopilot.Shop;

internal sealed record Store(int Id, string Name, string NameEn, string City, string CityEn, int OpenedDaysAgo);

internal sealed record Product(int Id, string Name, string NameEn, string Category, string CategoryEn, decimal Price);

internal sealed record Member(int Id, string Name, string City, string Level, int RegisteredDaysAgo);

internal sealed record Line(int Order, int Product, int Quantity, decimal UnitPrice);

internal sealed record Order(int Id, int Member, int Store, int Channel, string Status, DateTime At, decimal Paid, decimal Discount);

internal sealed record Refund(int Id, int Order, decimal Amount, string Reason, DateTime At);

/// <summary>A small café chain, the same at every start except that its last day is <paramref name="today"/>.</summary>
internal sealed class ShopWorld(DateOnly today)
{
    public const int Days = 180;
    private const int Members = 400;
    private const int OrdersPerDay = 34;

    public static readonly (int Id, string Code, string Name, string NameEn)[] Channels =
    [
        (1, "app", "手机应用", "Mobile app"),
        (2, "miniprogram", "小程序", "Mini program"),
        (3, "web", "官网", "Website"),
        (4, "pos", "门店收银", "In store"),
    ];

    // The last one has just opened and sold nothing yet: rates over it divide by zero.
    public static readonly Store[] Stores =
    [
        new(1, "上海静安店", "Shanghai Jing'an", "上海", "Shanghai", 1_900),
        new(2, "上海徐汇店", "Shanghai Xuhui", "上海", "Shanghai", 1_500),
        new(3, "上海浦东店", "Shanghai Pudong", "上海", "Shanghai", 700),
        new(4, "北京国贸店", "Beijing Guomao", "北京", "Beijing", 1_700),
        new(5, "北京望京店", "Beijing Wangjing", "北京", "Beijing", 900),
        new(6, "广州天河店", "Guangzhou Tianhe", "广州", "Guangzhou", 1_100),
        new(7, "深圳南山店", "Shenzhen Nanshan", "深圳", "Shenzhen", 1_000),
        new(8, "深圳福田店", "Shenzhen Futian", "深圳", "Shenzhen", 400),
        new(9, "杭州西湖店", "Hangzhou West Lake", "杭州", "Hangzhou", 800),
        new(10, "成都太古里店", "Chengdu Taikoo Li", "成都", "Chengdu", 600),
        new(11, "南京新街口店", "Nanjing Xinjiekou", "南京", "Nanjing", 300),
        new(12, "武汉光谷店", "Wuhan Optics Valley", "武汉", "Wuhan", 1),
    ];

    public static readonly Product[] Products = [.. MakeProducts()];

    private static readonly string[] Surnames = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "林", "何"];
    private static readonly string[] GivenNames = ["敏", "静", "伟", "洋", "艳", "磊", "娜", "涛", "婷", "宇轩", "子涵", "思远"];
    private static readonly string[] EnglishNames = ["Emma Clark", "Liam Baker", "Olivia Reed", "Noah Grant", "Mia Turner"];
    private static readonly string[] Levels = ["普通", "普通", "普通", "银卡", "银卡", "金卡"];
    private static readonly string[] Reasons = ["口味不符", "送达太慢", "下错单", "商品破损"];

    public IReadOnlyList<Member> Users { get; private set; } = [];
    public List<Order> Orders { get; } = [];
    public List<Line> Lines { get; } = [];
    public List<Refund> Refunds { get; } = [];

    public static ShopWorld Build(DateOnly today)
    {
        var world = new ShopWorld(today);
        var dice = new Random(20_240_501);
        world.Users = [.. Enumerable.Range(1, Members).Select(id => MakeMember(id, dice))];
        for (var daysAgo = Days - 1; daysAgo >= 0; daysAgo--)
        {
            world.LiveOneDay(daysAgo, dice);
        }

        return world;
    }

    private void LiveOneDay(int daysAgo, Random dice)
    {
        var day = today.AddDays(-daysAgo);
        var busy = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1.4 : 1.0;
        var growth = 1 + 0.3 * (Days - daysAgo) / Days;
        var count = (int)(OrdersPerDay * 0.8 * busy * growth);
        for (var i = 0; i < count; i++)
        {
            // The first hours only: an order of today must not lie in the future of whoever asks.
            var at = day.ToDateTime(new TimeOnly(0, dice.Next(60)), DateTimeKind.Utc).AddHours(daysAgo == 0 ? 0 : dice.Next(1, 14));
            Sell(at, dice);
        }
    }

    private void Sell(DateTime at, Random dice)
    {
        var id = Orders.Count + 1;
        var chosen = Enumerable.Range(0, dice.Next(1, 4)).Select(_ => Products[dice.Next(Products.Length)]).Distinct().ToList();
        var lines = chosen.Select(product => new Line(id, product.Id, dice.Next(1, 4), product.Price)).ToList();
        var total = lines.Sum(line => line.Quantity * line.UnitPrice);
        var discount = dice.Next(5) == 0 ? Math.Round(total * 0.1m, 2) : 0;
        var status = dice.Next(100) switch
        {
            < 4 => "cancelled",
            < 20 => "paid",
            _ => "completed",
        };
        var paid = total - discount;
        Orders.Add(
            new(id, dice.Next(1, Members + 1), Stores[dice.Next(Stores.Length - 1)].Id, dice.Next(1, Channels.Length + 1), status, at, paid, discount)
        );
        Lines.AddRange(lines);
        if (status == "completed" && dice.Next(100) < 6)
        {
            Refunds.Add(new(Refunds.Count + 1, id, paid, Reasons[dice.Next(Reasons.Length)], at.AddMinutes(20)));
        }
    }

    private static Member MakeMember(int id, Random dice)
    {
        var name =
            dice.Next(6) == 0
                ? EnglishNames[dice.Next(EnglishNames.Length)]
                : Surnames[dice.Next(Surnames.Length)] + GivenNames[dice.Next(GivenNames.Length)];
        return new(id, name, Stores[dice.Next(Stores.Length)].City, Levels[dice.Next(Levels.Length)], dice.Next(0, 700));
    }

    private static IEnumerable<Product> MakeProducts()
    {
        (string Zh, string En, (string Zh, string En, decimal Price)[] Kinds)[] categories =
        [
            (
                "咖啡",
                "Coffee",
                [("美式", "Americano", 22), ("拿铁", "Latte", 28), ("卡布奇诺", "Cappuccino", 28), ("摩卡", "Mocha", 30), ("冷萃", "Cold brew", 32)]
            ),
            (
                "茶饮",
                "Tea",
                [
                    ("茉莉绿茶", "Jasmine tea", 18),
                    ("桂花乌龙", "Osmanthus oolong", 20),
                    ("柠檬红茶", "Lemon tea", 19),
                    ("芝士奶茶", "Cheese milk tea", 24),
                ]
            ),
            ("烘焙", "Bakery", [("可颂", "Croissant", 16), ("肉桂卷", "Cinnamon roll", 19), ("巴斯克蛋糕", "Basque cake", 32)]),
            ("轻食", "Light meals", [("鸡胸沙拉", "Chicken salad", 36), ("金枪鱼三明治", "Tuna sandwich", 29)]),
            ("周边", "Goods", [("保温杯", "Flask", 129), ("挂耳咖啡", "Drip bags", 68)]),
        ];
        (string Zh, string En, decimal Extra)[] sizes =
        [
            ("小份", "small", 0),
            ("标准", "regular", 3),
            ("大份", "large", 6),
            ("礼盒", "gift box", 20),
        ];
        var id = 0;
        return from category in categories
            from kind in category.Kinds
            from size in sizes
            select new Product(++id, $"{kind.Zh}（{size.Zh}）", $"{kind.En}, {size.En}", category.Zh, category.En, kind.Price + size.Extra);
    }
}
