/* PhantomJS, moved from outside: JSON commands over HTTP on a loopback port, one page.
   phantomjs phantom_driver.js PORT */
'use strict';

var system = require('system');
var page = require('webpage').create();
var errors = [];

page.customHeaders = { 'Accept-Language': 'pt-BR' };

var commands = {
  cookie: function (command) {
    phantom.addCookie({ name: command.name, value: command.value, domain: command.domain, path: '/' });
    return true;
  },
  open: function (command) {
    page.viewportSize = { width: command.width, height: command.height };
    page.open(command.url);
    return true;
  },
  evaluate: function (command) {
    return page.evaluateJavaScript('function () { return (' + command.script + '); }');
  },
  render: function (command) {
    page.clipRect = { top: 0, left: 0, width: page.viewportSize.width, height: page.viewportSize.height };
    return page.render(command.path);
  },
  errors: function () {
    return errors;
  },
  exit: function () {
    window.setTimeout(phantom.exit, 10);
    return true;
  }
};

page.onError = function (message, trace) {
  errors.push(message + ' ' + JSON.stringify(trace.slice(0, 2)));
};
/* An engine without a window never has the focus: here it always has. And it may use one transport. */
page.onInitialized = function () {
  page.evaluate(function (forced) {
    var real = null;
    document.hasFocus = function () {
      return true;
    };
    function SockJS(url, protocols, options) {
      options.transports = [forced];
      return new real(url, protocols, options);
    }
    Object.defineProperty(window, 'SockJS', {
      get: function () {
        return real && SockJS;
      },
      set: function (library) {
        real = library;
      }
    });
  }, system.args[2]);
};

require('webserver').create().listen('127.0.0.1:' + system.args[1], function (request, response) {
  var command = JSON.parse(request.post);
  response.statusCode = 200;
  response.write(JSON.stringify({ value: commands[command.act](command) }));
  response.close();
});
