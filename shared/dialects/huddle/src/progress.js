"use strict";
// Follows a publication. A text is touched only when it changes: then nothing flickers, and screen readers tell only what is new.
const part = (id) => document.getElementById(id);
const words = JSON.parse(part("words").dataset.words);

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function list(texts) {
  const items = part("messages").children;
  while (items.length < texts.length) part("messages").append(document.createElement("li"));
  // A second attempt begins with the first message again.
  while (items.length > texts.length) items[items.length - 1].remove();
  texts.forEach((text, position) => say(items[position], text));
}

function show({ status, percent, messages, reason, links }) {
  const bookmark = status === "Done" && links.find((link) => link.rel === "bookmark");
  const state = status === "Done" && !bookmark ? "NotPublic" : status;
  document.querySelector("main").dataset.status = state;
  say(part("words"), words[state]);
  say(part("percent"), `${percent} %`);
  part("bar").value = percent;
  list(messages);
  say(part("reason"), reason ?? "");
  if (bookmark) part("bookmark").href = bookmark.href;
}

async function follow() {
  const answer = await fetch(location.href, {
    headers: { accept: "application/vnd.huddle.data+json" },
    cache: "no-store",
  });
  if (answer.status >= 500 || answer.status === 429) throw new Error(answer.statusText);
  // Gone, or no longer signed in: the page for people says what to do.
  if (!answer.ok) return location.reload();
  const progress = await answer.json();
  show(progress);
  say(part("trouble"), "");
  if (progress.status !== "Done" && progress.status !== "Failed") later(1);
}

function later(seconds) {
  setTimeout(() => follow().catch(() => {
    say(part("trouble"), "No answer at the moment. Trying again …");
    later(5);
  }), seconds * 1000);
}

later(1);
