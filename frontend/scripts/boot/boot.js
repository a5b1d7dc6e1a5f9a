// Runs long before the entry: applies the chosen theme, shows the head of the page, and requests what the first page
// needs, which would otherwise wait until the entry has been loaded and run. A separate file, because the Content-
// Security-Policy blocks inline scripts.
(() => {
  const PAGES = [];
  const OTHER_ROUTES = [];
  const RENAMED_ZONES = {};
  const MIN_SESSIONS = 3;

  const kept = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };

  const loadModule = (href) =>
    document.head.append(
      Object.assign(document.createElement("link"), { rel: "modulepreload", crossOrigin: "anonymous", href }),
    );

  // by address; lib/api/early.ts hands them to the application
  const answers = new Map();
  window.earlyAnswers = answers;
  const request = (address) => {
    const answer = fetch(address);
    answer.catch(() => {}); // the application requests it again
    answers.set(new URL(address, location.href).href, answer);
    return answer;
  };

  const theme = kept("marketplace.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

  // the picture of the session that the head of its page preloads, and its title
  const fillSession = (head) => {
    const preload = document.head.querySelector("link[rel=preload][as=image]");
    const title = document.head.querySelector("meta[property='og:title']");
    if (!preload || !title) return false;
    const source = head.querySelector("source");
    source.type = preload.type;
    source.sizes = preload.imageSizes;
    source.srcset = preload.imageSrcset;
    head.querySelector("h1").textContent = title.content;
    if (preload.dataset.pictures === "1") head.querySelector("[data-strip]").remove();
    return true;
  };

  // a picture as Picture.tsx renders it
  const fillPicture = (picture, sources) => {
    const img = picture.querySelector("img");
    const last = sources.at(-1);
    for (const { type, srcset } of sources.slice(0, -1))
      img.before(Object.assign(document.createElement("source"), { type, srcset, sizes: img.sizes }));
    img.srcset = last.srcset;
  };

  // the picture of the first card, as home/useHomeRows.ts has it
  const showFirstCard = async ([page, soonest]) => {
    if (!page.headers.get("link")?.includes('rel="next"')) return;
    const weekend = await soonest.json();
    const newest = (await page.json()).sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
    const sources = (weekend.length < MIN_SESSIONS ? newest : weekend)[0].pictures[0]?.sources;
    const place = document.querySelector("[data-shell=head]");
    if (!place || !sources) return;
    const card = document.getElementById("card-of-home").content.cloneNode(true);
    fillPicture(card.querySelector("picture"), sources);
    place.append(card);
  };

  const showHead = () => {
    const { pathname, search } = location;
    const place = document.getElementById("main");
    if (place?.dataset.shell !== "") return;
    // after a booking, this is the address of its confirmation
    const isSession = pathname.startsWith("/sessions/") && !new URLSearchParams(search).has("booked");
    const name = pathname === "/" ? "home" : isSession && "session";
    const head = document.getElementById(`head-of-${name}`)?.content.cloneNode(true);
    if (!head || (name === "session" && !fillSession(head))) return;
    place.append(head);
    place.dataset.shell = "head";
  };
  // DOMContentLoaded comes only after the entry
  if (document.readyState === "loading")
    document.addEventListener("readystatechange", showHead, { once: true });
  else showHead();

  // what is left of the weekend, as home/queries.ts has it; where the server's zone data has another midnight, the
  // application requests it again
  const weekend = () => {
    const now = new Date();
    const weekday = now.getDay() || 7;
    const midnight = (days) =>
      new Date(now.getFullYear(), now.getMonth(), now.getDate() + days).toISOString();
    const available_from = midnight(Math.max(0, 6 - weekday));
    return new URLSearchParams({ available_from, available_to: midnight(8 - weekday) });
  };

  const isVisitor = kept("marketplace.signed-in") === null;
  const isFirstPage = PAGES.some(({ path }) => new RegExp(path).test(location.pathname));
  if (!isFirstPage) for (const file of OTHER_ROUTES) loadModule(file);
  for (const { path, files, data } of PAGES) {
    const found = new RegExp(path).exec(location.pathname);
    if (!found) continue;
    for (const file of files) loadModule(file);
    // signed-in requests need a token, which only the application has
    if (isVisitor && !location.search) {
      const early = data.map((address) =>
        request(address.replace("$1", found[1]).replace("$weekend", weekend)),
      );
      if (location.pathname === "/") {
        const copies = early.slice(0, 2).map((answer) => answer.then((response) => response.clone()));
        Promise.all(copies)
          .then(showFirstCard)
          .catch(() => {});
      }
    }
  }

  // in a task of its own: the first use of Intl takes milliseconds, and the head can be painted before
  setTimeout(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    const known = new URLSearchParams({ time_zone: RENAMED_ZONES[zone] ?? zone });
    request(`/api/time-zones/offsets?${known}`);
  });
})();
