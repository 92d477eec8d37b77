// net_tls.mjs - what the tests of the HTTP client need and we do not speak ourselves: TLS before a plain
// server ("relay KEY CERT PORT"), and HTTP/2 ("h2 KEY CERT").  Prints its port; ends with its input.
import fs from "node:fs";
import http2 from "node:http2";
import net from "node:net";
import tls from "node:tls";

const [what, keyFile, certFile, port] = process.argv.slice(2);
const options = { key: fs.readFileSync(keyFile), cert: fs.readFileSync(certFile) };
let sessions = 0;

function relay() {
	return tls.createServer(options, (secure) => {
		const plain = net.connect(Number(port), "127.0.0.1");
		for (const [from, to] of [[secure, plain], [plain, secure]]) {
			from.pipe(to);
			from.on("error", () => to.destroy());
		}
	}).on("tlsClientError", () => {});
}

// Answers with what it heard and how many connections there were; "/cut" ends the connection instead.
function h2() {
	return http2.createSecureServer(options)
		.on("session", (session) => { sessions++; session.on("error", () => {}); })
		.on("sessionError", () => {})
		.on("stream", (stream, headers) => {
			const parts = [];
			stream.on("error", () => {});
			if (headers[":path"] === "/cut")
				return void stream.session.destroy();
			stream.on("data", (part) => parts.push(part));
			stream.on("end", () => {
				stream.respond({ ":status": 200, "x-sessions": String(sessions) });
				stream.end(Buffer.concat(parts));
			});
		});
}

const server = what === "h2" ? h2() : relay();
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
