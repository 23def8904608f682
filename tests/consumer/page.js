// Shows the report that the page's address names, http://localhost:8000/?workspace=default&report=team:sales-dashboard, in the
// frame, and prints it from a button outside of it. Nothing here knows the access token: the site's server has it, and gives out
// addresses that work once.

const frame = document.getElementById("report");
const state = document.getElementById("state");
const printButton = document.getElementById("print");

// Where the reports come from, as messages name it: https://reports.example.com, without a path.
let reportOrigin;

// Asks this site's server for an address, and opens it in the frame.
async function show() {
  state.value = "Loading …";
  const query = new URLSearchParams(location.search);
  if (!query.has("report")) query.set("report", "team:sales-dashboard");
  const answer = await fetch(`/preview-address?${query}`);
  const { address, error } = await answer.json();
  if (!answer.ok) {
    state.value = error;
    return;
  }
  reportOrigin = new URL(address).origin;
  frame.src = address;
}

// A frame tells nobody whether it shows the report or a refusal: whatever comes is shown in it.
frame.addEventListener("load", () => {
  if (!reportOrigin) return;
  state.value = "";
  printButton.disabled = false;
});

// The report prints itself. The second argument sees to it that nobody else gets the message, whatever the frame may show by then.
printButton.addEventListener("click", () => {
  state.value = "Printing …";
  frame.contentWindow.postMessage("print", reportOrigin);
});

// It says when it is done. Any window may send messages: only those of the report in the frame count.
window.addEventListener("message", (event) => {
  if (event.origin !== reportOrigin || event.source !== frame.contentWindow) return;
  if (event.data === "printed") state.value = "Printed.";
});

// A new address each time: the frame's last one is spent.
document.getElementById("reload").addEventListener("click", show);

show();
