'use strict';
/* What the server tells a page of each language, as it tells it now: {'pt-BR': {...}, en: {...}}. */

const { execFileSync } = require('node:child_process');
const path = require('node:path');

const ROOT = path.join(__dirname, '..', '..');

module.exports = JSON.parse(execFileSync('python', ['-m', 'tests.catalogues', 'told'], { cwd: ROOT, encoding: 'utf8' }));
