// Counts the time to pay down, and shows the page as it is then. Without this script it says the time of loading.
for (const timer of document.querySelectorAll("[data-seconds]")) {
  const ends = Date.now() + Number(timer.dataset.seconds) * 1000;
  const shown = timer.querySelector("b");
  const ticking = setInterval(() => {
    const left = Math.max(Math.ceil((ends - Date.now()) / 1000), 0);
    shown.textContent = `${Math.floor(left / 60)} min ${String(left % 60).padStart(2, "0")} s`;
    if (left === 0) {
      clearInterval(ticking);
      location.reload();
    }
  }, 500);
}
