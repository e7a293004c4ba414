// A service of HTTP/2 and HTTP/1.1 that lets in clients with a certificate of the authority in FOLDER only: http2.js PORT FOLDER.
'use strict';
const { readFileSync } = require('node:fs');
const { createSecureServer } = require('node:http2');

const [port, folder] = process.argv.slice(2);
const [cert, key, ca] = ['server.pem', 'server.key', 'authority.pem'].map((name) => readFileSync(`${folder}/${name}`));
const server = createSecureServer({ cert, key, ca, allowHTTP1: true, requestCert: true, rejectUnauthorized: true });
server.on('request', (_request, response) => response.end('let in'));
server.on('sessionError', () => {});
server.listen(Number(port), '127.0.0.1');
