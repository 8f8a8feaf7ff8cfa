// The first page asks for itself every few seconds and gives way once something has arrived. It rests while nobody looks.
const again = async () => {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok && !(await answer.text()).includes("data-waiting")) return location.reload();
    } catch {
      // The server restarts; the next turn finds it.
    }
  }
  setTimeout(again, 3000);
};
setTimeout(again, 3000);
