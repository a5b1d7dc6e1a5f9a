import { login } from "~/lib/auth/login";
import { Problem } from "./problem";

/** Sends a form with a file, and reports the sent part, from 0 to 1. `fetch` cannot say. Raises `Problem`. */
export async function upload<T>(
  path: string,
  form: FormData,
  onProgress: (part: number) => void,
): Promise<T> {
  const token = await login.token();
  let response = await post(path, form, token, onProgress);
  if (response.status === 401 && token !== null) {
    const renewed = await login.renew(token);
    if (renewed) response = await post(path, form, renewed, onProgress);
  }
  if (!response.ok) throw await Problem.from(response);
  return (await response.json()) as T;
}

function post(
  path: string,
  form: FormData,
  token: string | null,
  onProgress: (part: number) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onerror = () => reject(Problem.offline());
    request.onload = () => {
      const headers: Record<string, string> = {};
      for (const name of ["content-type", "retry-after"]) {
        const value = request.getResponseHeader(name);
        if (value) headers[name] = value;
      }
      resolve(new Response(request.responseText || null, { status: request.status, headers }));
    };
    request.send(form);
  });
}
