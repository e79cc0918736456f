import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/**
 * Runs the checkers that are written in Java for all tests, one check after another, as loading
 * them takes far longer than a check: {@code java Checkers PORT EPUBCHECK NU VERAPDF}, where PORT
 * is the file to write the port to, and the others are classpaths.
 *
 * <p>A client sends the number of arguments and each of them: the checker's name, and what it gets
 * on its command line. It is sent the exit code, and what was written to the standard output and
 * to the standard error. The server ends when the last client has gone, or none comes.
 */
public final class Checkers {
  private static final ByteArrayOutputStream OUT = new ByteArrayOutputStream();
  private static final ByteArrayOutputStream ERR = new ByteArrayOutputStream();
  private static final int PATIENCE = 3_600_000; // milliseconds
  private static int clients = 0;

  private final ClassLoader epubcheck;
  private final ClassLoader nu;
  private final ClassLoader verapdf;

  private Checkers(String epubcheck, String nu, String verapdf) throws IOException {
    this.epubcheck = loader(epubcheck);
    this.nu = loader(nu);
    this.verapdf = loader(verapdf);
  }

  public static void main(String[] arguments) throws Exception {
    System.setOut(kept(OUT));
    System.setErr(kept(ERR));
    Checkers checkers = new Checkers(arguments[1], arguments[2], arguments[3]);
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Path port = Path.of(arguments[0]);
      Path unfinished = Path.of(arguments[0] + ".new");
      Files.writeString(unfinished, String.valueOf(server.getLocalPort()));
      Files.move(unfinished, port, StandardCopyOption.ATOMIC_MOVE);
      server.setSoTimeout(PATIENCE);
      Socket first = server.accept();
      server.setSoTimeout(0);
      for (Socket client = first; ; client = server.accept()) {
        Socket one = client;
        count(1);
        new Thread(() -> checkers.serve(one)).start();
      }
    }
  }

  private static synchronized void count(int more) {
    clients += more;
    if (clients == 0) {
      Runtime.getRuntime().halt(0);
    }
  }

  /** Each checker has its own libraries, in other versions than the others. */
  private static ClassLoader loader(String classpath) throws IOException {
    String[] files = classpath.split(File.pathSeparator);
    URL[] addresses = new URL[files.length];
    for (int i = 0; i < files.length; i++) {
      addresses[i] = new File(files[i]).toURI().toURL();
    }
    return new URLClassLoader(addresses, ClassLoader.getPlatformClassLoader());
  }

  /** A stream that checkers may close, and is there for the next one. */
  private static PrintStream kept(ByteArrayOutputStream bytes) throws IOException {
    return new PrintStream(bytes, true, "UTF-8") {
      @Override
      public void close() {
        flush();
      }
    };
  }

  private void serve(Socket client) {
    try (client;
        DataInputStream in = new DataInputStream(client.getInputStream());
        DataOutputStream out = new DataOutputStream(client.getOutputStream())) {
      while (true) {
        String[] words = new String[in.readInt()];
        for (int i = 0; i < words.length; i++) {
          words[i] = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        }
        answer(out, words);
      }
    } catch (EOFException end) {
      // the client has gone
    } catch (IOException error) {
      throw new IllegalStateException(error);
    } finally {
      count(-1);
    }
  }

  private synchronized void answer(DataOutputStream out, String[] words) throws IOException {
    OUT.reset();
    ERR.reset();
    String[] arguments = Arrays.copyOfRange(words, 1, words.length);
    int status;
    try {
      status = run(words[0], arguments);
    } catch (InvocationTargetException error) {
      error.getCause().printStackTrace();
      status = 2;
    } catch (ReflectiveOperationException error) {
      error.printStackTrace();
      status = 2;
    }
    send(out, status);
  }

  private static void send(DataOutputStream out, int status) throws IOException {
    out.writeInt(status);
    for (ByteArrayOutputStream written : new ByteArrayOutputStream[] {OUT, ERR}) {
      out.writeInt(written.size());
      written.writeTo(out);
    }
    out.flush();
  }

  private int run(String name, String[] arguments) throws ReflectiveOperationException {
    switch (name) {
      case "epubcheck":
        Class<?> checker = entered(epubcheck, "com.adobe.epubcheck.tool.EpubChecker");
        Object one = checker.getConstructor().newInstance();
        return (int) checker.getMethod("run", String[].class).invoke(one, (Object) arguments);
      case "nu":
        return driven(nu, "Nu", arguments);
      case "verapdf":
        return driven(verapdf, "VeraPdf", arguments);
      default:
        throw new ClassNotFoundException(name);
    }
  }

  private static int driven(ClassLoader loader, String name, String[] arguments)
      throws ReflectiveOperationException {
    Class<?> driver = entered(loader, name);
    return (int) driver.getMethod("run", String[].class).invoke(null, (Object) arguments);
  }

  private static Class<?> entered(ClassLoader loader, String name) throws ClassNotFoundException {
    Thread.currentThread().setContextClassLoader(loader);
    return loader.loadClass(name);
  }
}
