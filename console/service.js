// What the service says about itself: whether the worker is on.
import { useEffect } from "./preact.js";
import { health } from "./api.js";
import { createStore, useStore } from "./store.js";

const state = createStore({ worker_enabled: null, version: "" });

async function load() {
  try {
    state.set(await health());
  } catch {
    state.set({ worker_enabled: null, version: "" });
  }
}

/** {worker_enabled: true, false, or null while unknown; version} */
export function useHealth() {
  useEffect(() => {
    load();
  }, []);
  return useStore(state);
}
