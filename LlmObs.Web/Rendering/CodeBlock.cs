using LlmObs.Web.Rendering.Sql;

namespace LlmObs.Web.Rendering;

/// <summary>Draws code: a frame with its language, what was done to it, a copy button, numbered lines.</summary>
internal static class CodeBlock
{
    public static void WriteSql(HtmlWriter html, string sql, RenderRun run, string? foundIn = null, string? dialect = null)
    {
        var isFormatted = SqlLayout.IsNeeded(sql);
        var tokens = SqlTokenizer.Tokens(sql.TrimEnd());
        if (isFormatted)
        {
            tokens = SqlLayout.Format(tokens);
        }

        var lines = Lines(tokens);
        var hot = SqlSuspect.Find(lines, run.Error);
        string?[] notes = [foundIn is null ? null : run.Say("found in {0}", foundIn), isFormatted ? run.Say("formatted") : null];
        var note = string.Join(" · ", notes.Where(text => text is not null));
        var title = (dialect ?? run.Dialect) is { } database ? $"SQL · {database}" : "SQL";
        var id = Open(html, title, note.Length > 0 ? note : run.Count("line", lines.Count), run);
        html.Raw("<pre tabindex=\"0\" id=\"").Attribute(id).Raw("\">");
        for (var i = 0; i < lines.Count; i++)
        {
            html.Raw(i == hot?.Line ? "<span class=\"hot\">" : "<span>");
            foreach (var token in lines[i])
            {
                Write(html, token, i == hot?.Line && token.Text == hot.Name);
            }

            html.Raw("\n</span>");
            if (i == hot?.Line)
            {
                html.Raw("<span class=\"hot why\" data-copy-skip>").Text(run.Error).Raw("</span>");
            }
        }

        html.Raw("</pre></div>");
    }

    /// <summary>Code in a language the browser may colour; without scripts it is plain, numbered by nothing, complete.</summary>
    public static void Write(HtmlWriter html, string code, string? language, RenderRun run)
    {
        var name =
            language is { Length: > 0 and <= 24 } && language.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '+' or '#') ? language : null;
        var lines = code.AsSpan().TrimEnd().Count('\n') + 1;
        var id = Open(html, name ?? run.Say("Code"), run.Count("line", lines), run);
        html.Raw("<pre tabindex=\"0\" id=\"").Attribute(id).Raw("\"><code");
        if (CodeLanguages.Grammar(name) is { } grammar)
        {
            html.Raw(" class=\"language-").Raw(grammar).Raw("\"");
        }

        html.Raw(">").Text(code.AsSpan().TrimEnd()).Raw("</code></pre></div>");
    }

    /// <summary>Opens the frame and gives the id its content must carry for the copy button.</summary>
    public static string Open(HtmlWriter html, string language, string note, RenderRun run)
    {
        var id = run.NextId();
        html.Raw("<div class=\"code\"><header><span class=\"lang\">").Text(language).Raw("</span><span>").Text(note).Raw("</span>");
        html.Raw("<span class=\"push row tight\"><button class=\"btn quiet small icon-only\" type=\"button\" data-copy=\"#")
            .Attribute(id)
            .Raw("\" aria-label=\"")
            .Attribute(run.Say("Copy"))
            .Raw("\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-copy\"/></svg></button></span></header>");
        return id;
    }

    private static void Write(HtmlWriter html, SqlToken token, bool isSuspect)
    {
        var style = token.Kind switch
        {
            SqlTokenKind.Keyword => "k",
            SqlTokenKind.Function => "fn",
            SqlTokenKind.Text => "st",
            SqlTokenKind.Number => "nu",
            SqlTokenKind.Comment => "co",
            _ => null,
        };
        if (isSuspect)
        {
            html.Raw("<u>").Text(token.Text).Raw("</u>");
        }
        else if (style is null)
        {
            html.Text(token.Text);
        }
        else
        {
            html.Raw("<span class=\"").Raw(style).Raw("\">").Text(token.Text).Raw("</span>");
        }
    }

    private static List<List<SqlToken>> Lines(List<SqlToken> tokens)
    {
        List<List<SqlToken>> lines =
        [
            [],
        ];
        foreach (var token in tokens)
        {
            var parts = token.Text.ReplaceLineEndings("\n").Split('\n');
            for (var i = 0; i < parts.Length; i++)
            {
                if (i > 0)
                {
                    lines.Add([]);
                }

                if (parts[i].Length > 0)
                {
                    lines[^1].Add(token with { Text = parts[i] });
                }
            }
        }

        return lines;
    }
}
