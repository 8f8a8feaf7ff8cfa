// Which keys and clicks are the page's own.

/** A key that nobody writes with and that is no command of the browser. */
export const isShortcut = (e) => !(e.isComposing || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select, dialog"));

/** A click that is to stay on this page: none that asks for a new tab or window. */
export const isPlainClick = (e) => !(e.ctrlKey || e.metaKey || e.shiftKey);
