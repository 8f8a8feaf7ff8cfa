namespace LlmObs.Web.Formatting;

/// <summary>Names the words that tag helpers and lists share: <c>IStringLocalizer&lt;Words&gt;</c>, Resources/Formatting/Words.zh.resx.</summary>
public sealed class Words;
