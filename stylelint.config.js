'use strict';

// One class deep, named by block, element and modifier; every colour is one of theme.css.
module.exports = {
  rules: {
    'annotation-no-unknown': true,
    'at-rule-no-unknown': true,
    'block-no-empty': true,
    'color-no-hex': true,
    'color-no-invalid-hex': true,
    'color-named': 'never',
    'comment-no-empty': true,
    'custom-property-no-missing-var-function': true,
    'declaration-block-no-duplicate-properties': [
      true, { ignore: ['consecutive-duplicates-with-different-values'] }
    ],
    'declaration-block-no-shorthand-property-overrides': true,
    'declaration-no-important': true,
    'font-family-no-duplicate-names': true,
    'function-calc-no-unspaced-operator': true,
    'function-no-unknown': true,
    'keyframe-block-no-duplicate-selectors': true,
    'media-feature-name-no-unknown': true,
    'no-duplicate-at-import-rules': true,
    'no-duplicate-selectors': true,
    'no-invalid-double-slash-comments': true,
    'no-invalid-position-at-import-rule': true,
    'no-unknown-animations': null,
    'property-no-unknown': [true, { ignoreProperties: ['text-size-adjust', 'field-sizing'] }],
    'selector-class-pattern': '^[a-z]+(-[a-z]+)*(__[a-z]+(-[a-z]+)*)?(--[a-z0-9]+(-[a-z0-9]+)*)?$',
    'selector-max-id': 0,
    'selector-pseudo-class-no-unknown': true,
    'selector-pseudo-element-no-unknown': true,
    'selector-type-no-unknown': true,
    'unit-no-unknown': true
  },
  overrides: [
    { files: ['static/css/theme.css', 'static/css/components/print.css'], rules: { 'color-no-hex': null } },
    {
      // What must win, whatever comes.
      files: ['static/css/reset.css', 'static/css/base.css', 'static/css/utilities.css', 'static/css/components/print.css'],
      rules: { 'declaration-no-important': null }
    }
  ]
};
