/* socket.io as it comes. */
'use strict';

const http = require('node:http');
const { Server } = require('socket.io');
const shape = require('./shape.js');

shape.messages().then((collection) => {
  const server = http.createServer();
  const io = new Server(server, { pingInterval: 600000, cors: { origin: true } });
  io.on('connection', (socket) => {
    let room;
    socket.on('join', (name, done) => {
      room = name;
      socket.join(name);
      done('joined');
    });
    socket.on('say', async (data, done) => {
      const message = shape.entry(room, data.conteudo, data.client_id);
      await shape.store(collection, message);
      io.to(room).emit('new_message', message);
      done('stored');
    });
  });
  server.listen(+process.argv[2], '127.0.0.1', 4096);
});
