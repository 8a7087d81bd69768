export default {
  input: "./openapi.json",
  output: "./made/hey",
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
};
