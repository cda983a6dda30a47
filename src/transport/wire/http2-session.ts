import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';

/** RFC 9113 section 7: the stream is not needed any more. */
const CANCEL = 8;

/** What a session needs beyond what undici and Node do for it. */
export function mindSession(session: ClientHttp2Session, socket: Socket): void {
  hearStrayStreams(session);
  mindStreams(session, socket);
}

/**
 * Node makes a stream of its own of an answer to a request that was given up before, and tells it when the connection
 * breaks. undici does not know it, and an `error` that nobody listens to ends the process.
 */
function hearStrayStreams(session: ClientHttp2Session): void {
  session.on('stream', stream => void stream.on('error', () => undefined));
}

/**
 * After a GOAWAY undici lets go of the session. When its last stream has ended Node closes its half of the socket, or
 * nothing at all while a write hangs, and leaves the rest to the server. With a server that does not close its half the
 * socket would stay open for ever, so it is closed here.
 */
function mindStreams(session: ClientHttp2Session, socket: Socket): void {
  const { request } = session;
  let open = 0;
  const closeUnlessNeeded = () => {
    if (open === 0 && session.closed) setImmediate(() => void socket.destroy());
  };
  const onStreamClose = () => {
    open -= 1;
    closeUnlessNeeded();
  };
  session.request = (...parameters) => {
    const stream = request.apply(session, parameters);
    open += 1;
    stream.close = cancel;
    return stream.on('close', onStreamClose);
  };
  session.on('goaway', closeUnlessNeeded);
}

/**
 * undici gives a request up by `close()`, which means the code NO_ERROR, and `destroy()` right after it. With that code
 * Node resets the stream only when the body has been sent, and of a stream that is destroyed before it forgets to.
 * Such a stream stays open on both sides and counts against the limit of the server; and as soon as the server allows
 * the rest of its body, nghttp2 asks for it without end, and the process neither answers nor stops growing. With any
 * other code the stream is reset at once, and CANCEL is the one meant for this.
 */
function cancel(this: ClientHttp2Stream, code = CANCEL, onClose?: () => void): void {
  Object.getPrototypeOf(this).close.call(this, code, onClose);
}
