// Names of hosts as people read them; the API keeps the ASCII form (`xn--...`) as the key. The same rules
// as shared/hostnames.py, which a test in a browser compares.
const PREFIX = "xn--";
const A_NAME = /(?:[\w-]+\.)*xn--[\w-]+(?:\.[\w-]+)*/g;
// The numbers of RFC 3492, section 5.
const [BASE, T_MIN, T_MAX, SKEW, DAMP, BIAS, FIRST] = [36, 1, 26, 38, 700, 72, 128];
const PLAIN = /^[\x00-\x7f]*$/;
const DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

function adapted(delta, length, first) {
  let rest = Math.floor(delta / (first ? DAMP : 2));
  rest += Math.floor(rest / length);
  let steps = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; steps += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return steps + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

// RFC 3492, section 6.2; undefined for what is no such name.
function decoded(text) {
  const cut = text.lastIndexOf("-");
  const found = cut > 0 ? [...text.slice(0, cut)] : [];
  let [code, at, bias] = [FIRST, 0, BIAS];
  for (let from = cut + 1; from < text.length;) {
    const before = at;
    for (let weight = 1, step = BASE; ; step += BASE) {
      const digit = DIGITS.indexOf(text[from++] ?? " ");
      if (digit < 0) return undefined;
      at += digit * weight;
      const limit = Math.min(T_MAX, Math.max(T_MIN, step - bias));
      if (digit < limit) break;
      weight *= BASE - limit;
    }
    bias = adapted(at - before, found.length + 1, before === 0);
    code += Math.floor(at / (found.length + 1));
    if (code > 0x10ffff) return undefined;
    at %= found.length + 1;
    found.splice(at++, 0, String.fromCodePoint(code));
  }
  const name = found.join("");
  return PLAIN.test(name) ? undefined : name;
}

// Scripts that one word of an honest name is written in together; of any others, one at a time.
const TOGETHER = [/^[\p{sc=Latin}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]*$/u, /^[\p{sc=Latin}\p{sc=Han}\p{sc=Bopomofo}]*$/u,
  /^[\p{sc=Latin}\p{sc=Han}\p{sc=Hangul}]*$/u, ...["Cyrillic", "Greek", "Arabic", "Hebrew", "Armenian", "Georgian", "Devanagari", "Bengali",
    "Tamil", "Telugu", "Thai", "Khmer", "Lao", "Ethiopic", "Sinhala", "Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Myanmar", "Tibetan",
    "Mongolian"].map((script) => new RegExp(`^\\p{sc=${script}}*$`, "u"))];
const DRAWN_AS_LATIN = /^[аеорсухіїјѕԁһԛԝӏёўαινορυκ]*$/u;
const NO_LETTER = /[^\p{L}]|\p{sc=Common}/gu;

function deceives(labels) {
  const foreign = labels.filter((label) => !PLAIN.test(label)).map((label) => label.replace(NO_LETTER, ""));
  const latinEnding = PLAIN.test(labels[labels.length - 1]);
  return foreign.some((letters) => (latinEnding && DRAWN_AS_LATIN.test(letters)) || !TOGETHER.some((script) => script.test(letters)));
}

function shownName(host) {
  const labels = host.split(".").map((label) => (label.startsWith(PREFIX) ? decoded(label.slice(PREFIX.length)) : label));
  if (labels.some((label) => label === undefined)) return host;
  return deceives(labels) ? `${labels.join(".")} (${host})` : labels.join(".");
}

// A host, with the ASCII form after it where it could deceive: scripts mixed, or all letters drawn as Latin.
export function hostName(host) {
  return (host ?? "").replace(A_NAME, shownName);
}
