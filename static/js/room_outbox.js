/* The room page: what becomes of what the person has written, from the box to its place. Edits and deletions are heard
   by changes.js. */
(function (prosa) {
  'use strict';

  prosa.hearOutbox = function (parts) {
    var outbox = parts.outbox;
    function show(message) {
      parts.typing.forget();
      parts.pending.show(message);
    }
    outbox.on('waiting', show);
    outbox.on('failed', show);
    outbox.on('sent', function (message, ack) {
      var entry = {
        id: ack.id,
        chat_id: ack.chat_id,
        seq: ack.seq,
        kind: message.attachment ? 'attachment' : 'text',
        attachment: message.attachment,
        client_id: ack.client_id,
        conteudo: message.conteudo,
        remetente: parts.page.user,
        remetente_id: parts.page.user_id,
        data_envio: ack.data_envio,
        timestamp: ack.timestamp
      };
      if (parts.window.placeSent(entry)) {
        parts.feed.say(entry);
        parts.changes.refresh();
      }
    });
    outbox.on('returned', function (messages, refusal) {
      parts.composer.giveBack(messages.map(function (message) {
        parts.pending.forget(message.client_id);
        parts.changes.forget(message.client_id);
        if (message.attachment && parts.tray) {
          parts.tray.restore(message.attachment);
        }
        return message.conteudo;
      }).filter(Boolean).join('\n'), refusal.reason || refusal.message);
    });
    outbox.on('discarded', function (clientId) {
      parts.pending.forget(clientId);
    });
    outbox.on('gone', function (clientId) {
      parts.pending.release(clientId);
    });
    /* The button that was pressed is gone, and the keyboard is not. */
    parts.pending.on('retry', function (clientId) {
      prosa.part(outbox.retry(clientId) ? 'scroller' : 'text-box').focus();
    });
    parts.pending.on('discard', function (clientId) {
      outbox.discard(clientId);
      prosa.part('scroller').focus();
    });
    parts.composer.on('pressed', function () {
      parts.typing.pressed();
    });
    parts.composer.on('left', function () {
      parts.typing.stop();
    });
  };
}(window.prosa = window.prosa || {}));
