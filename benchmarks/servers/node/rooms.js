/* Rooms for what has none: `attach(connection, write)` and what it says. */
'use strict';

const shape = require('./shape.js');

module.exports = function (collection) {
  const rooms = new Map();
  return function attach(connection, write) {
    let members = new Set();
    let room;
    return {
      hear: async function (raw) {
        const data = JSON.parse(raw);
        if (data.event === 'join') {
          room = data.room;
          members = rooms.get(room) || new Set();
          rooms.set(room, members.add(connection));
          write(connection, JSON.stringify({ event: 'joined' }));
          return;
        }
        const message = shape.entry(room, data.conteudo, data.client_id);
        await shape.store(collection, message);
        const text = JSON.stringify({ event: 'new_message', data: message });
        members.forEach((member) => write(member, text));
        write(connection, JSON.stringify({ event: 'ack', ack: data.ack }));
      },
      end: function () {
        members.delete(connection);
      }
    };
  };
};
