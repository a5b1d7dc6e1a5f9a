// Runs long before the entry: applies the chosen theme, shows the header of the page, and requests what the first page
// needs, which would otherwise wait until the entry has been loaded and run. A separate file, because the Content-
// Security-Policy blocks inline scripts.
(() => {
  const PAGES = [];
  const OTHER_ROUTES = [];

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
  const isFirstPage = PAGES.some(({ path }) => new RegExp(path).test(location.pathname));
  if (!isFirstPage) for (const file of OTHER_ROUTES) ask(file, "modulepreload");
  for (const { path, files, data } of PAGES) {
    const found = new RegExp(path).exec(location.pathname);
    if (!found) continue;
    for (const file of files) ask(file, "modulepreload");
    // signed-in requests need a token, which only the application has
    if (isVisitor && !location.search) {
      for (const address of data) ask(address.replace("$1", found[1]), "preload", "fetch");
    }
  }
})();
