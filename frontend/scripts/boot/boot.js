// Runs beside the entry, long before it: shows the look that was chosen and the head of the page, and asks for what the
// first pages of a visit need, which would otherwise be asked for only when the entry has been read and has run. It is a
// file of its own, since the Content-Security-Policy takes no inline script.
(() => {
  const PAGES = [];

  const kept = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };

  const ask = (href, rel, as) => {
    const link = Object.assign(document.createElement("link"), { rel, crossOrigin: "anonymous", href });
    if (as) link.as = as;
    document.head.append(link);
  };

  const theme = kept("marketplace.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

  const showHead = () => {
    const template = document.getElementById("head-of-home");
    const place = document.getElementById("main");
    if (location.pathname === "/" && place?.dataset.shell === "") {
      place.append(template.content.cloneNode(true));
      place.dataset.shell = "head";
    }
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", showHead);
  else showHead();

  const isVisitor = kept("marketplace.signed-in") === null;
  for (const { path, files, data } of PAGES) {
    const found = new RegExp(path).exec(location.pathname);
    if (!found) continue;
    for (const file of files) ask(file, "modulepreload");
    // who is signed in asks with a token, which only the application has
    if (isVisitor && !location.search) {
      for (const address of data) ask(address.replace("$1", found[1]), "preload", "fetch");
    }
  }
})();
