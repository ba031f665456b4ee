import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from "node:http";

/**
 * A server in place of AWS: what a lint asks, it hands on to that of test/aws; in EC2 it lists images, and builds one for Packer;
 * every other request it answers with nothing but success.
 */
export interface AwsServer {
  readonly url: string;
  /** The requests: the path or action, and the body. */
  readonly requests: readonly { readonly action: string; readonly body: string }[];
  close(): void;
}

/** The id of the image that CreateImage makes. */
export const BUILT = "ami-00000000000000abc";

/**
 * @param images the ids of the account's images
 * @param lint the server that a lint asks
 */
export async function openAwsServer(images: readonly string[], lint: string): Promise<AwsServer> {
  const requests: { action: string; body: string }[] = [];
  let state = "";
  const answer = (query: URLSearchParams): string => {
    switch (query.get("Action")) {
      case "DescribeImages":
        return `<imagesSet>${described(query, images).map(imageXml).join("")}</imagesSet>`;
      case "CreateKeyPair":
        return `<keyName>${query.get("KeyName")}</keyName><keyMaterial>none</keyMaterial>`;
      case "CreateSecurityGroup":
        return "<groupId>sg-1</groupId>";
      case "DescribeSecurityGroups":
        return "<securityGroupInfo><item><groupId>sg-1</groupId></item></securityGroupInfo>";
      case "RunInstances":
        state = "running";
        return `<instancesSet>${instanceXml("pending")}</instancesSet>`;
      case "StopInstances":
        state = "stopped";
        return "";
      case "TerminateInstances":
        state = "terminated";
        return "";
      case "DescribeInstances":
        return `<reservationSet><item><instancesSet>${instanceXml(state)}</instancesSet></item></reservationSet>`;
      case "CreateImage":
        return `<imageId>${BUILT}</imageId>`;
      case "DescribeVolumes":
        return "<volumeSet/>";
      default:
        return "<return>true</return>";
    }
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      const query = new URLSearchParams(body);
      const action = query.get("Action") ?? "";
      // The lint; Packer and awscli are not written in JavaScript.
      if (/aws-sdk-js/.test(request.headers["user-agent"] ?? "")) return void handOn(request, body, lint, response);
      if (body.startsWith("{")) {
        requests.push({ action: String(request.headers["x-amz-target"] ?? request.url), body });
        return void response.end("{}");
      }
      requests.push({ action, body: decodeURIComponent(body.replaceAll("+", " ")) });
      response.end(`<${action}Response><${action}Result/>${answer(query)}</${action}Response>`);
    });
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, requests, close: () => void server.close() };
}

function handOn(request: IncomingMessage, body: string, to: string, response: ServerResponse): void {
  const { method, headers, url } = request;
  const asked = sendRequest(new URL(url ?? "/", to), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  asked.on("error", () => response.destroy());
  asked.end(body);
}

function described(query: URLSearchParams, images: readonly string[]): readonly string[] {
  const id = query.get("ImageId.1");
  if (id !== null) return [id];
  return query.get("Owner.1") === "self" ? images : [];
}

function imageXml(id: string): string {
  return `<item><imageId>${id}</imageId><imageState>available</imageState><rootDeviceType>ebs</rootDeviceType>
    <rootDeviceName>/dev/sda1</rootDeviceName><virtualizationType>hvm</virtualizationType></item>`;
}

function instanceXml(state: string): string {
  return `<item><instanceId>i-1</instanceId><instanceState><name>${state}</name></instanceState></item>`;
}
