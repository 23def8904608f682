// Prints the report when a reader, or the page around this one, asks for it.
(() => {
  "use strict";

  // Those who asked and want to hear when it is done.
  const waiting = [];
  let printing = false;

  const asksToPrint = (data) =>
    data === "print" || (typeof data === "object" && data !== null && (data.type === "print" || data.action === "print"));

  // A picture that cannot be loaded must not keep the others from the paper.
  const loadPictures = () =>
    Promise.allSettled(
      Array.from(document.images, (picture) => {
        picture.loading = "eager";
        return picture.decode();
      }),
    );

  const print = async () => {
    if (printing) return;
    printing = true;
    await loadPictures();
    window.print();
    printing = false;
  };

  window.addEventListener("afterprint", () => {
    for (const { source, origin } of waiting.splice(0)) {
      // A sandboxed page has no origin to be addressed by; the word tells nothing of the report.
      source.postMessage("printed", origin === "null" ? "*" : origin);
    }
  });

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !asksToPrint(event.data)) return;
    waiting.push(event);
    print();
  });

  document.getElementById("print")?.addEventListener("click", print);
})();
