using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Views;

namespace LlmObs.IntegrationTests.Storage;

public sealed class SavedViewsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private SavedViews Views => new(database.Database);

    [Fact]
    public async Task A_private_view_is_seen_by_its_owner_and_a_shared_one_by_all()
    {
        var project = await database.NewProjectAsync();
        await Views.CreateAsync(project.Id, "ann", "mine", "q=a", isShared: false, Cancel);
        await Views.CreateAsync(project.Id, "ann", "Ours", "q=b", isShared: true, Cancel);

        Assert.Equal([("mine", true), ("Ours", true)], (await Views.ListAsync(project.Id, "ann", Cancel)).Select(view => (view.Name, view.IsOwn)));
        Assert.Equal([("Ours", false)], (await Views.ListAsync(project.Id, "bob", Cancel)).Select(view => (view.Name, view.IsOwn)));
        Assert.Empty(await Views.ListAsync((await database.NewProjectAsync()).Id, "ann", Cancel));
    }

    [Fact]
    public async Task Only_its_owner_changes_a_view()
    {
        var project = await database.NewProjectAsync();
        var id = (await Views.CreateAsync(project.Id, "ann", "mine", "q=a", isShared: true, Cancel))!.Value;

        Assert.False(await Views.ChangeAsync(project.Id, "bob", id, "taken", null, null, Cancel));
        Assert.True(await Views.ChangeAsync(project.Id, "ann", id, null, "q=b", null, Cancel));
        Assert.True(await Views.ChangeAsync(project.Id, "ann", id, "renamed", null, false, Cancel));
        Assert.Equal([new SavedView(id, "renamed", "q=b", IsShared: false, IsOwn: true)], await Views.ListAsync(project.Id, "ann", Cancel));
    }

    [Fact]
    public async Task What_others_keep_for_themselves_nobody_removes()
    {
        var project = await database.NewProjectAsync();
        var own = (await Views.CreateAsync(project.Id, "ann", "mine", "", isShared: false, Cancel))!.Value;
        var shared = (await Views.CreateAsync(project.Id, "ann", "ours", "", isShared: true, Cancel))!.Value;

        Assert.False(await Views.RemoveAsync(project.Id, "bob", own, ofOthers: true, Cancel));
        Assert.False(await Views.RemoveAsync(project.Id, "bob", shared, ofOthers: false, Cancel));
        Assert.True(await Views.RemoveAsync(project.Id, "bob", shared, ofOthers: true, Cancel));
        Assert.True(await Views.RemoveAsync(project.Id, "ann", own, ofOthers: false, Cancel));
    }

    [Fact]
    public async Task There_is_an_end_to_what_one_keeps()
    {
        var project = await database.NewProjectAsync();
        for (var i = 0; i < SavedViews.MaxOwn; i++)
        {
            Assert.NotNull(await Views.CreateAsync(project.Id, "ann", $"view {i}", "", isShared: false, Cancel));
        }

        Assert.Null(await Views.CreateAsync(project.Id, "ann", "one more", "", isShared: false, Cancel));
        Assert.NotNull(await Views.CreateAsync(project.Id, "bob", "bob's first", "", isShared: false, Cancel));
    }
}
