// Posts each event to a web address. npm install zeromq@6
//
//     node webhook.mjs tcp://127.0.0.1:5557 https://hooks.example/news event.negotiation.
//
// A delivery that fails is tried again, five times; the receiver knows one that came twice by its id. What was missed
// while this did not run is in the replay: see "Subscribe" in the README.
import {Subscriber} from "zeromq";

const [output, address, topic = "event."] = process.argv.slice(2);
if (!address) {
	console.error("usage: webhook.mjs OUTPUT ADDRESS [TOPIC]");
	process.exit(64);
}

async function deliver(body) {
	for (let attempt = 0; attempt < 5; attempt++) {
		try {
			const headers = {"Content-Type": "application/cloudevents+json"};
			const answer = await fetch(address, {method: "POST", headers, body, signal: AbortSignal.timeout(10000)});
			if (answer.ok)
				return;
			console.error(`${address}: ${answer.status}`);
		} catch (error) {
			console.error(`${address}: ${error.message}`);
		}
		await new Promise((done) => setTimeout(done, 200 * 2 ** attempt));
	}
	console.error(`given up: ${JSON.parse(body).id}`);
}

const socket = new Subscriber();
socket.connect(output);
socket.subscribe(topic);
for await (const [, payload] of socket)
	await deliver(payload);
