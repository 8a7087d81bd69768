// The rendering library as the console uses it: `html` templates and hooks. The only importer of vendor/ besides ui/markdown.js.
import { h } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export { createContext, Fragment, render } from "./vendor/preact.js";
export {
  useCallback,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "./vendor/hooks.js";
export const html = htm.bind(h);
