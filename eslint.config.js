// What ESLint looks for in the scripts and their tests; types are tsc's business, layout Prettier's.
import js from "@eslint/js";
import globals from "globals";

const classic = ["static/js/theme.js", "static/js/settings.js", "static/js/install.js"]; // run before the page is there

export default [
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-shadow": ["error", { builtinGlobals: false }],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  {
    files: ["static/js/**/*.js"],
    languageOptions: {
      globals: { ...globals.browser, gettext: "readonly", ngettext: "readonly", pgettext: "readonly" },
    },
  },
  { files: classic, languageOptions: { sourceType: "script" } },
  { files: ["tests/js/**/*.js"], languageOptions: { globals: globals.node } },
];
