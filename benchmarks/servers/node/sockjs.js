/* sockjs-node as it comes. */
'use strict';

const http = require('node:http');
const sockjs = require('sockjs');
const rooms = require('./rooms.js');
const shape = require('./shape.js');

shape.messages().then((collection) => {
  const attach = rooms(collection);
  const server = http.createServer();
  const chat = sockjs.createServer({ log: () => {} });
  chat.on('connection', (connection) => {
    const member = attach(connection, (to, text) => to.write(text));
    connection.on('data', member.hear);
    connection.on('close', member.end);
  });
  chat.installHandlers(server, { prefix: '/chat' });
  server.listen(+process.argv[2], '127.0.0.1', 4096);
});
