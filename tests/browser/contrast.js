// What of a page cannot be read for want of contrast.

// Runs in the page, hence in one function. Returns the words with less than 4.5 to 1 against the first ground behind them, as WCAG reckons.
export function faintWords() {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const linear = (channel) => (channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
  const light = (colour) => channels(colour).slice(0, 3).reduce((sum, channel, i) => sum + linear(channel / 255) * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      const [, , , opacity = 1] = channels(backgroundColor);
      if (opacity > 0.5) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getClientRects().length > 0;
  const worded = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  const contrast = (element) => {
    const [one, other] = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
    return (one + 0.05) / (other + 0.05);
  };
  const report = (element) => `${contrast(element).toFixed(1)} ${element.tagName} ${element.className}: ${element.innerText.slice(0, 30)}`;
  const elements = [...document.querySelectorAll("body *")].filter((element) => seen(element) && !element.closest("svg, [disabled]") && worded(element));
  return [...new Set(elements.filter((element) => contrast(element) < 4.5).map(report))];
}
