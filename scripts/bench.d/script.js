// What a user would write instead of a daemon, in JavaScript: items in, items with tags out. For scripts/bench.
// usage: node script.js RULES.json IN OUT (see script.py)
"use strict";

const fs = require("fs");
const zmq = require("zeromq");

const [path, source, target] = process.argv.slice(2);

const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const letters = "[\\p{L}\\p{N}_]";

function pattern(group) {
  const words = group.map((word) =>
    word.endsWith("*") ? `${escaped(word.slice(0, -1))}${letters}*` : escaped(word));
  return new RegExp(`(?<!${letters})(?:${words.join("|")})(?!${letters})`, "iu");
}

async function main() {
  const rules = JSON.parse(fs.readFileSync(path, "utf8")).map((rule) => rule.map(pattern));
  const pull = new zmq.Pull();
  const publish = new zmq.Publisher({ sendHighWaterMark: 0 });
  await pull.bind(source);
  await publish.bind(target);
  console.log("ready");
  for await (const [message] of pull) {
    const item = JSON.parse(message.toString());
    const text = `${item.headline} . ${item.body_text}`;
    item.tags = [];
    rules.forEach((rule, number) => {
      if (rule.every((group) => group.test(text))) item.tags.push(number);
    });
    await publish.send(JSON.stringify(item));
  }
}

main();
