export default {
  studio: {
    input: "./openapi.json",
    output: { target: "./made/orval/api.ts", client: "fetch", mode: "split", baseUrl: "http://127.0.0.1:3000" },
  },
};
