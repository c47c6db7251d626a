/* What every peer on Node does with a message besides carrying it: the same shape, and the same insert. */
'use strict';

const crypto = require('node:crypto');
const { MongoClient } = require('mongodb');

let number = 0;

exports.messages = async function () {
  if (!process.env.STORE) {
    return null;
  }
  const client = await MongoClient.connect(process.env.STORE);
  return client.db('peers').collection('n' + process.pid, { writeConcern: { w: 'majority', journal: true } });
};

exports.entry = function (room, text, clientId) {
  const now = new Date().toISOString();
  number += 1;
  return {
    id: crypto.randomBytes(12).toString('hex'), chat_id: room, seq: number, kind: 'text', client_id: clientId, conteudo: text,
    remetente: 'convidado', remetente_id: '1234', data_envio: now.slice(0, 16), timestamp: now
  };
};

exports.store = async function (collection, message) {
  if (collection) {
    await collection.insertOne(Object.assign({ _id: message.client_id }, message));
  }
};
