/* A bare loop over `ws`: no protocol, no sessions. */
'use strict';

const http = require('node:http');
const { WebSocketServer } = require('ws');
const rooms = require('./rooms.js');
const shape = require('./shape.js');

shape.messages().then((collection) => {
  const attach = rooms(collection);
  const server = http.createServer();
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
    const member = attach(socket, (to, text) => to.send(text));
    socket.on('message', member.hear);
    socket.on('close', member.end);
  });
  server.listen(+process.argv[2], '127.0.0.1', 4096);
});
