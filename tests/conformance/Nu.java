import java.io.ByteArrayOutputStream;
import java.io.File;
import nu.validator.json.Serializer;
import nu.validator.messages.JsonMessageEmitter;
import nu.validator.messages.MessageEmitterAdapter;
import nu.validator.servlet.imagereview.ImageCollector;
import nu.validator.validation.SimpleDocumentValidator;
import nu.validator.xml.SystemErrErrorHandler;

/**
 * Checks web pages, and the CSS in them, with the Nu Html Checker: {@code java Nu PAGE...}, where a
 * page is an HTML file or an address. Prints the messages as JSON to the standard error, as the
 * other has the log.
 *
 * <p>The checker's own program ends where it has found something, and reads the schema, which takes
 * longer than most pages, each time.
 */
public final class Nu {
  private static final String SCHEMA = "http://s.validator.nu/html5-all.rnc";
  private static SimpleDocumentValidator validator;

  public static int run(String[] pages) throws Exception {
    if (validator == null) {
      validator = new SimpleDocumentValidator();
      validator.setUpMainSchema(SCHEMA, new SystemErrErrorHandler());
      validator.setAllowCss(true);
    }
    ByteArrayOutputStream found = new ByteArrayOutputStream();
    MessageEmitterAdapter messages =
        new MessageEmitterAdapter(
            null,
            validator.getSourceCode(),
            false,
            new ImageCollector(validator.getSourceCode()),
            0,
            true,
            new JsonMessageEmitter(new Serializer(found), null, false, null));
    messages.setHtml(true);
    messages.start(null);
    validator.setUpValidatorAndParsers(messages, false, false);
    for (String page : pages) {
      if (page.startsWith("http:")) {
        validator.checkHttpURL(page, null, messages);
      } else {
        validator.checkHtmlFile(new File(page), true);
      }
    }
    messages.end("", "", "");
    System.err.write(found.toByteArray());
    return 0;
  }
}
