// The API by plain requests, as an administrator and as strangers see it. The variables are those of local/.state/stack.env.

import { PATIENCE } from "./browser.js";

export const API_URL = variable("API_URL");
export const ADMIN_TOKEN = variable("ADMIN_TOKEN");

function variable(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run make test, or load local/.state/stack.env`);
  return value;
}

// Sends a request of the administrator that must succeed. Returns the JSON of the answer.
export async function send(method, path, body) {
  const headers = { Authorization: `Bearer ${ADMIN_TOKEN}`, ...(body && { "Content-Type": "application/json" }) };
  const options = { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) };
  const answer = await fetch(`${API_URL}${path}`, options);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 400)}`);
  return text ? JSON.parse(text) : undefined;
}

// What somebody gets who has the address, and perhaps a cookie, and nothing else.
export async function asStranger(address, { accept = "text/html", cookie } = {}) {
  const headers = { Accept: accept, ...(cookie && { Cookie: cookie }) };
  const answer = await fetch(address, { headers, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

// Makes an access token, and takes it back when what needs it is over.
export async function withToken(options, use) {
  const { id, token } = await send("POST", "/api/v1/personal-access-tokens", options);
  try {
    return await use(token);
  } finally {
    await send("DELETE", `/api/v1/personal-access-tokens/${id}`);
  }
}
