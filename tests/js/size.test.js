'use strict';

const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const assert = require('node:assert');
const zlib = require('node:zlib');

const SCRIPTS = path.join(__dirname, '..', '..', 'static', 'js');
const SIZE_MAX = 30 * 1024;

test('all of our own scripts, comments and all, are small on the way', () => {
  const scripts = fs.readdirSync(SCRIPTS).map((name) => fs.readFileSync(path.join(SCRIPTS, name)));
  assert.ok(scripts.length > 30);
  const size = zlib.gzipSync(Buffer.concat(scripts)).length;
  assert.ok(size <= SIZE_MAX, `${size} bytes`);
});
