/* What the person is told of the line: one word always, and a strip with a way out where something is wrong.

   parts: status, statusText, notice, noticeText, noticeLink, retry (elements), loginUrl, roomsUrl,
   isOffline(). `show(state)` takes the states of connection.js, and besides: joining, joined, gone. */
(function (prosa) {
  'use strict';

  var WORDS = {
    idle: ['busy', prosa.text('Conectando')],
    connecting: ['busy', prosa.text('Conectando')],
    live: ['busy', prosa.text('Atualizando')],
    joining: ['busy', prosa.text('Atualizando')],
    joined: ['live', prosa.text('Ao vivo')],
    waiting: ['busy', prosa.text('Reconectando')],
    checking: ['busy', prosa.text('Reconectando')],
    offline: ['off', prosa.text('Sem internet')],
    stopped: ['off', prosa.text('Desconectado')],
    login: ['off', prosa.text('Desconectado')],
    other: ['off', prosa.text('Desconectado')],
    gone: ['off', prosa.text('Encerrada')]
  };

  function StatusLine(parts) {
    this.parts = parts;
    this.wasLive = false;
    this.state = 'idle';
  }

  StatusLine.prototype.show = function (state) {
    var isWaiting = state === 'waiting' || state === 'connecting' || state === 'checking';
    var shown = isWaiting && this.parts.isOffline() ? 'offline' : state;
    var words;
    if (this.state === 'gone') {
      return;
    }
    this.state = state;
    this.wasLive = this.wasLive || state === 'joined';
    words = shown === 'connecting' && this.wasLive ? WORDS.waiting : WORDS[shown];
    this.parts.status.className = 'status status--' + words[0];
    if (this.parts.statusText.textContent !== words[1]) {
      this.parts.statusText.textContent = words[1];
    }
    this.explain(shown);
  };

  StatusLine.prototype.refresh = function () {
    this.show(this.state);
  };

  StatusLine.prototype.explain = function (state) {
    if (state === 'offline') {
      this.notice(prosa.text('Sem internet. O que você escrever será enviado quando ela voltar.'), null, null, true);
    } else if (state === 'waiting') {
      this.notice(prosa.text('A conexão caiu. Tentando de novo…'), null, null, true);
    } else if (state === 'login') {
      this.notice(prosa.text('Sua sessão terminou. O que você escreveu continua aqui.'), prosa.text('Entrar de novo'),
        this.parts.loginUrl, false);
    } else if (state === 'other') {
      this.notice(prosa.text('Outra pessoa entrou neste navegador.'), prosa.text('Abrir as conversas dela'), this.parts.roomsUrl, false);
    } else if (state === 'stopped') {
      this.notice(prosa.text('Esta página ficou desatualizada. Recarregue-a para continuar.'), prosa.text('Recarregar'), '', false);
    } else if (state !== 'connecting' && state !== 'checking') {
      prosa.hide(this.parts.notice, true);
    }
  };

  /* The room is no more, or no more this person's; nothing that the line does changes that. */
  StatusLine.prototype.end = function (text) {
    this.show('gone');
    this.notice(text, prosa.text('Voltar às conversas'), this.parts.roomsUrl, false);
  };

  StatusLine.prototype.notice = function (text, linkText, url, canRetry) {
    this.parts.noticeText.textContent = text;
    prosa.hide(this.parts.noticeLink, !linkText);
    this.parts.noticeLink.textContent = linkText || '';
    this.parts.noticeLink.setAttribute('href', url || '');
    if (url && url === this.parts.loginUrl) {
      this.parts.noticeLink.setAttribute('target', '_blank');
    } else {
      this.parts.noticeLink.removeAttribute('target');
    }
    prosa.hide(this.parts.retry, !canRetry);
    this.parts.notice.hidden = false;
  };

  prosa.StatusLine = StatusLine;
}(window.prosa = window.prosa || {}));
