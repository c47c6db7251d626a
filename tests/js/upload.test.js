'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load, FakeTime } = require('./fakes');

/* An upload over HTTP, and what stands for the line that it goes over. */
function makeUpload() {
  const time = new FakeTime();
  const made = { time, requests: [], chunks: [], heard: [] };
  class FormData {
    append() {}
  }
  const prosa = load(['emitter', 'upload'], { FormData });
  made.upload = new prosa.Upload({
    url: '/chat/1/anexos/',
    token: 't',
    timers: time.timers,
    newRequest: () => {
      const request = { upload: {}, aborted: false, open() {}, setRequestHeader() {}, send() {}, abort };
      /* As older engines do: they tell of progress once more. */
      function abort() {
        this.aborted = true;
        if (this.upload.onprogress) {
          this.upload.onprogress({ loaded: 0 });
        }
      }
      made.requests.push(request);
      return request;
    },
    newChunks: () => {
      const chunks = new prosa.Emitter(time.timers);
      chunks.start = () => made.chunks.push(chunks);
      chunks.cancel = () => {};
      return chunks;
    }
  }, { name: 'a.pdf', size: 100 });
  ['progress', 'done', 'failed'].forEach((name) => made.upload.on(name, () => made.heard.push(name)));
  return made;
}

test('a line that takes nothing any more is left for the socket, a slow one is not', () => {
  const made = makeUpload();
  made.upload.start();
  const [request] = made.requests;
  for (let n = 0; n < 5; n += 1) {
    made.time.pass(29999);
    request.upload.onprogress({ loaded: n });
  }
  assert.equal(made.chunks.length, 0);
  made.time.pass(30000);
  assert.equal(request.aborted, true);
  assert.equal(request.onload, null);
  assert.equal(made.chunks.length, 1);
  made.chunks[0].emit('done', { id: 'f' });
  assert.deepEqual(made.heard, ['progress', 'progress', 'progress', 'progress', 'progress', 'done']);
});

test('what has been answered, given up or sent round another way is not waited for', () => {
  const answered = makeUpload();
  answered.upload.start();
  answered.requests[0].status = 201;
  answered.requests[0].responseText = '{"attachment": {"id": "f"}}';
  answered.requests[0].onload();
  const cancelled = makeUpload();
  cancelled.upload.start();
  cancelled.upload.cancel();
  const refused = makeUpload();
  refused.upload.start();
  refused.requests[0].onerror();
  assert.equal(refused.chunks.length, 1);
  [answered, cancelled, refused].forEach((made) => {
    assert.equal(made.time.waiting.size, 0);
    assert.equal(made.requests.length, 1);
  });
});
