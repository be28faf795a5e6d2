// Looks at every letter that stands in a frame of this page, as a browser shows it, and writes what is wrong into it.

function channel(value) {
  const part = value / 255;
  return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function luminance(color) { // WCAG 2.1
  const [red, green, blue] = color.match(/[\d.]+/g).map(Number);
  return 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
}

function ground(element) {
  for (let at = element; at; at = at.parentElement) {
    const color = getComputedStyle(at).backgroundColor;
    if (!/, 0\)$/.test(color)) return color;
  }
  return "rgb(255, 255, 255)";
}

function faults(frame) {
  const page = frame.contentDocument, found = [];
  if (page.documentElement.scrollWidth > frame.clientWidth) found.push("is wider than its frame");
  if (!page.documentElement.lang || !page.title) found.push("has no language or title");
  for (const table of page.querySelectorAll("table")) {
    if (table.getAttribute("role") !== "presentation") found.push("has a table that is read out as one");
  }
  for (const image of page.querySelectorAll("img")) if (!image.hasAttribute("alt")) found.push("has a picture without words");
  for (const link of page.querySelectorAll("a")) {
    if (!link.textContent.trim() || !link.getAttribute("href")) found.push("has a link without words or address");
  }
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement, style = getComputedStyle(element);
    if (!text.data.trim() || style.display === "none" || element.closest(".preheader")) continue;
    const [one, other] = [luminance(style.color), luminance(ground(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) found.push(`says "${text.data.trim().slice(0, 30)}" with a contrast of ${contrast.toFixed(2)}`);
    if (parseFloat(style.fontSize) < 14) found.push(`says "${text.data.trim().slice(0, 30)}" too small`);
  }
  return found.map((words) => `${frame.title} ${words}`);
}

window.addEventListener("load", () => {
  const frames = [...document.querySelectorAll("iframe")];
  const answer = document.createElement("pre");
  answer.textContent = JSON.stringify({ looked_at: frames.length, found: frames.flatMap(faults) });
  document.body.replaceChildren(answer);
});
