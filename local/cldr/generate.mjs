// Writes the patterns, symbols and names of CLDR that the renderer uses, in a compact form:
//
//   node generate.mjs            writes them into the source tree
//   node generate.mjs --check    fails when the committed files are not what this script writes
//
// Each line of `locales.txt` is a locale and a JSON object of what differs from its parent; the first lines are tables for all.
import { readFileSync, writeFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const folder = (name) => dirname(require.resolve(`${name}/package.json`));
const json = (...path) => JSON.parse(readFileSync(join(...path), "utf8"));
const supplemental = (name) => json(folder("cldr-core"), "supplemental", `${name}.json`).supplemental;
const ROOT = "und";

const parents = supplemental("parentLocales").parentLocales.parentLocale;
const likely = supplemental("likelySubtags").likelySubtags;
const scripts = json(folder("cldr-core"), "scriptMetadata.json").scriptMetadata;
const numbersFolder = join(folder("cldr-numbers-full"), "main");
const datesFolder = join(folder("cldr-dates-full"), "main");
const locales = readdirSync(numbersFolder).filter((tag) => readdirSync(datesFolder).includes(tag)).sort();

function parentOf(tag) {
  if (tag === ROOT) return undefined;
  const parent = parents[tag] ?? tag.split("-").slice(0, -1).join("-");
  return parent === "" || parent === "root" ? ROOT : parent;
}

/** The script that a locale is written in. */
function scriptOf(tag) {
  const written = tag.split("-").find((part) => /^[A-Z][a-z]{3}$/.test(part));
  const language = tag.split("-")[0];
  return written ?? (likely[tag] ?? likely[language] ?? "").split("-")[1];
}

/** A date pattern of CLDR as one of strftime; undefined when it has a field that strftime lacks. */
function strftime(pattern) {
  const fields = { y: "%Y", yy: "%y", yyyy: "%Y", M: "%-m", MM: "%m", MMM: "%b", MMMM: "%B", LLL: "%b", LLLL: "%B", d: "%-d", dd: "%d" };
  let written = "";
  for (const [part, quoted] of pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']/g)) {
    const literal = quoted !== undefined ? quoted.replaceAll("''", "'") || "'" : /^[A-Za-z]/.test(part) ? undefined : part;
    if (literal === undefined && !fields[part]) return undefined;
    written += literal === undefined ? fields[part] : literal.replaceAll("%", "%%");
  }
  return written;
}

const list = (names) => Object.values(names);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** The forms of large numbers with few digits, by their power of ten: `[3, "0K"]`. */
function compact(formats) {
  const shorter = formats?.short?.decimalFormat ?? {};
  const entries = [];
  for (let power = 3; power < 15; power++) {
    const pattern = shorter[`1${"0".repeat(power)}-count-other`];
    if (pattern && pattern !== "0") entries.push([power, pattern]);
  }
  return entries;
}

function numbersOf(tag) {
  const numbers = json(numbersFolder, tag, "numbers.json").main[tag].numbers;
  const currencies = json(numbersFolder, tag, "currencies.json").main[tag].numbers.currencies;
  const system = numbers.defaultNumberingSystem;
  const of = (kind) => numbers[`${kind}-numberSystem-${system}`] ?? numbers[`${kind}-numberSystem-latn`];
  const symbols = of("symbols");
  const currency = of("currencyFormats");
  const named = Object.entries(currencies).filter(([code, { symbol }]) => symbol && symbol !== code);
  return {
    minus: symbols.minusSign,
    plus: symbols.plusSign,
    percentSign: symbols.percentSign,
    exponential: symbols.exponential,
    currencyDecimal: symbols.currencyDecimal ?? null,
    currencyGroup: symbols.currencyGroup ?? null,
    percent: of("percentFormats").standard,
    currency: currency.standard,
    currencyLetters: currency["standard-alphaNextToNumber"] ?? currency.standard,
    compact: compact(of("decimalFormats")),
    symbols: Object.fromEntries(named.map(([code, { symbol }]) => [code, symbol])),
  };
}

function datesOf(tag) {
  const { months, days, dayPeriods, dateFormats } = json(datesFolder, tag, "ca-gregorian.json").main[tag].dates.calendars.gregorian;
  const names = (of, width) => [list(of.format[width]), list(of["stand-alone"][width])];
  const [months1, months2] = names(months, "wide");
  const [short1, short2] = names(months, "abbreviated");
  const periods = dayPeriods.format.abbreviated;
  const medium = dateFormats.medium._value ?? dateFormats.medium;
  return {
    // A language that CLDR does not know gets the dates of ISO 8601.
    date: tag === ROOT ? "%Y-%m-%d" : strftime(medium),
    months: months1,
    monthsAlone: months2,
    shortMonths: short1,
    shortMonthsAlone: short2,
    days: names(days, "wide")[1],
    shortDays: names(days, "abbreviated")[1],
    halves: [periods.am, periods.pm],
  };
}

const resolved = new Map(locales.map((tag) => [tag, { ...numbersOf(tag), ...datesOf(tag), rtl: scripts[scriptOf(tag)]?.rtl === "YES" }]));

/** The nearest ancestor that CLDR has data of. */
function ancestor(tag) {
  const parent = parentOf(tag);
  return parent === undefined || resolved.has(parent) ? parent : ancestor(parent);
}

function difference(tag) {
  const own = resolved.get(tag);
  const parent = resolved.get(ancestor(tag)) ?? {};
  const changed = Object.entries(own).filter(([key, value]) => key !== "symbols" && value !== undefined && !same(value, parent[key]));
  const known = parent.symbols ?? {};
  const symbols = Object.entries(own.symbols).filter(([code, symbol]) => known[code] !== symbol);
  const lost = Object.keys(known).filter((code) => !(code in own.symbols)).map((code) => [code, code]);
  const all = Object.fromEntries([...symbols, ...lost].sort());
  return { ...Object.fromEntries(changed), ...(Object.keys(all).length ? { symbols: all } : {}) };
}

/** Tags that lead elsewhere than to themselves without their last part: by script, by region, and by another name of the language. */
function detours() {
  const known = new Set(locales.map((tag) => tag.split("-")[0]));
  const regions = Object.entries(likely).filter(([tag, full]) => {
    const [language, script] = full.split("-");
    return /^[a-z]{2,3}-[A-Z]{2}$/.test(tag) && known.has(language) && script !== scriptOf(language);
  });
  const aliases = Object.entries(supplemental("aliases").metadata.alias.languageAlias);
  const renamed = aliases.filter(([tag, { _replacement }]) => /^[a-z]{2,3}$/.test(tag) && !known.has(tag) && known.has(_replacement.split("-")[0]));
  const written = Object.entries(parents).map(([tag, parent]) => [tag, parent === "root" ? ROOT : parent]);
  const all = [...regions, ...renamed.map(([tag, { _replacement }]) => [tag, _replacement.split(" ")[0]]), ...written];
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The currencies that people may name, those of the past too, but neither "no currency" nor the code for tests. */
function currencies() {
  const named = Object.keys(json(numbersFolder, "en", "currencies.json").main.en.numbers.currencies);
  return named.filter((code) => code !== "XXX" && code !== "XTS").sort();
}

function fractions() {
  const all = Object.entries(supplemental("currencyData").currencyData.fractions);
  return Object.fromEntries(all.filter(([code]) => code !== "DEFAULT").map(([code, { _digits }]) => [code, Number(_digits)]));
}

function localesFile() {
  const { version } = json(folder("cldr-numbers-full"), "package.json");
  const line = (tag, value) => `${tag}\t${JSON.stringify(value)}`;
  const lines = locales.map((tag) => [tag, difference(tag)]).filter(([tag, own]) => tag === ROOT || Object.keys(own).length);
  const tables = [line("#parents", detours()), line("#fractions", fractions())];
  return [`# Unicode CLDR ${version}, by local/cldr/generate.mjs; see https://www.unicode.org/license.txt`, ...tables, ...lines.map(([tag, own]) => line(tag, own)), ""].join("\n");
}

function currenciesFile() {
  const codes = currencies();
  const rows = [];
  while (codes.length) rows.push(codes.splice(0, 20).join(" "));
  return [...rows, ""].join("\n");
}

const files = {
  "shared/render/src/writing/locales.txt": localesFile(),
  "shared/domain/src/definition/currencies.txt": currenciesFile(),
};
const checking = process.argv.includes("--check");
for (const [name, content] of Object.entries(files)) {
  const path = join(here, "..", "..", name);
  if (!checking) writeFileSync(path, content);
  else if (readFileSync(path, "utf8") !== content) {
    console.error(`${name} is not what local/cldr/generate.mjs writes: run \`make cldr\` and commit the result`);
    process.exitCode = 1;
  }
}
