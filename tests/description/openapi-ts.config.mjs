// Node.js resolves only imports with an extension.
export default {
  input: "../waterfall.yaml",
  output: { path: "generated", importFileExtension: ".js" },
  logs: { file: false, level: "warn" },
};
